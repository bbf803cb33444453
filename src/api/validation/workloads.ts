import type { DeepReadonly } from '../../base/index.ts'
import {
  type DeploymentSpec,
  DeploymentStrategy,
  type ReplicaSet,
  type ReplicaSetSpec,
} from '../apps/index.ts'
import type { PodTemplateSpec } from '../core/index.ts'
import type { LabelSelector } from '../meta/index.ts'
import type { FieldError } from '../schema/index.ts'
import { matchesLabelSelector } from '../selectors/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import {
  isZeroCount,
  validateAtMostAll,
  validateCountOrPercent,
  validateReplicaCounts,
} from './counts.ts'
import { goIntOrString, invalid, notSupported, required } from './field-errors.ts'
import { goLabelSelector, goText } from './go-text.ts'
import { isEmptySelector, isUsableSelector, validateLabelSelector } from './label-selector.ts'
import { nonNegative } from './pod/common.ts'
import { unmatchedLabels, validateAlwaysRestarts, validatePodTemplate } from './pod-template.ts'

/** A template for pods that always restart, fitting its owner's selector. */
function validateTemplate(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  selector: DeepReadonly<LabelSelector> | undefined,
): FieldError[] {
  const path = 'spec.template'
  // Upstream looks no further when it cannot make a selector of it.
  if (selector && !isUsableSelector(selector)) {
    return [invalid('spec.selector', goLabelSelector(selector), 'invalid label selector')]
  }
  const labels = template?.metadata?.labels ?? {}
  // An absent selector finds nothing, an empty one everything.
  const fits = matchesLabelSelector(selector, labels)
  return [
    ...(fits ? [] : [unmatchedLabels(template, path)]),
    ...validatePodTemplate(template, path),
    ...validateAlwaysRestarts(template, { path, kind: 'ReplicaSet' }),
  ]
}

function validateSelector(
  selector: DeepReadonly<LabelSelector> | undefined,
  path: string,
): FieldError[] {
  if (!selector) return [required(path)]
  const errors = validateLabelSelector(selector, path)
  if (isEmptySelector(selector)) {
    const detail = 'empty selector is invalid for deployment'
    errors.push(invalid(path, goLabelSelector(selector), detail))
  }
  return errors
}

export function validateDeploymentSpec(spec: DeepReadonly<DeploymentSpec>): FieldError[] {
  const errors = [
    ...nonNegative('spec.replicas', spec.replicas),
    ...validateSelector(spec.selector, 'spec.selector'),
    ...validateTemplate(spec.template, spec.selector),
    ...validateStrategy(spec.strategy ?? {}, 'spec.strategy'),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds),
  ]
  const deadline = spec.progressDeadlineSeconds
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    const detail = 'must be greater than minReadySeconds'
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, detail))
  }
  return errors
}

function validateStrategy(strategy: DeepReadonly<DeploymentStrategy>, path: string): FieldError[] {
  const { type, rollingUpdate } = strategy
  if (type === 'Recreate') {
    if (!rollingUpdate) return []
    const detail = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
    return [{ type: 'FieldValueForbidden', field: `${path}.rollingUpdate`, detail }]
  }
  if (type !== 'RollingUpdate') {
    const shown = goText(DeploymentStrategy, strategy)
    return [notSupported(path, shown, ['Recreate', 'RollingUpdate'])]
  }
  const at = `${path}.rollingUpdate`
  if (!rollingUpdate) return [required(at, 'this should be defaulted and never be nil')]
  const { maxUnavailable = '25%', maxSurge = '25%' } = rollingUpdate
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${at}.maxSurge`),
  ]
  if (isZeroCount(maxUnavailable) && isZeroCount(maxSurge)) {
    const detail = 'may not be 0 when `maxSurge` is 0'
    errors.push(invalid(`${at}.maxUnavailable`, goIntOrString(maxUnavailable), detail))
  }
  errors.push(...validateAtMostAll(maxUnavailable, `${at}.maxUnavailable`))
  return errors
}

export function validateReplicaSetSpec(spec: DeepReadonly<ReplicaSetSpec>): FieldError[] {
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelector(spec.selector, 'spec.selector'),
    ...validateTemplate(spec.template, spec.selector),
  ]
}

export function validateReplicaSetStatus({ status }: DeepReadonly<ReplicaSet>): FieldError[] {
  return validateReplicaCounts(status)
}

/** A workload's selector is what its pods were found by: it may not change. */
export function validateSelectorKept(
  selector: DeepReadonly<LabelSelector> | undefined,
  old: DeepReadonly<LabelSelector> | undefined,
): FieldError[] {
  if (semanticEqual(selector, old)) return []
  return [invalid('spec.selector', selector && goLabelSelector(selector), 'field is immutable')]
}
