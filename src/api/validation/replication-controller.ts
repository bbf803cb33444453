import type { DeepReadonly } from '../../base/index.ts'
import type {
  PodTemplate,
  ReplicationController,
  ReplicationControllerSpec,
} from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { matchesLabels } from '../selectors/index.ts'
import { validateReplicaCounts } from './counts.ts'
import { required } from './field-errors.ts'
import { nonNegative } from './pod/common.ts'
import { unmatchedLabels, validateAlwaysRestarts, validatePodTemplate } from './pod-template.ts'

export function validateReplicationControllerSpec(
  spec: DeepReadonly<ReplicationControllerSpec>,
): FieldError[] {
  const { selector = {}, template } = spec
  const isEmpty = Object.keys(selector).length === 0
  const errors = [
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...(isEmpty ? [required('spec.selector')] : []),
    ...nonNegative('spec.replicas', spec.replicas),
  ]
  if (!template) return [...errors, required('spec.template')]
  if (!isEmpty && !matchesLabels(selector, template.metadata?.labels ?? {})) {
    errors.push(unmatchedLabels(template, 'spec.template'))
  }
  return [
    ...errors,
    ...validatePodTemplate(template, 'spec.template'),
    ...validateAlwaysRestarts(template, { path: 'spec.template', kind: 'ReplicationController' }),
  ]
}

export function validateReplicationControllerStatus({
  status,
}: DeepReadonly<ReplicationController>): FieldError[] {
  return validateReplicaCounts(status)
}

export function validatePodTemplateObject({ template }: DeepReadonly<PodTemplate>): FieldError[] {
  return validatePodTemplate(template, 'template')
}
