import type { DeepReadonly } from '../../base/index.ts'
import type { PodSpec, PodTemplateSpec } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { forbidden, goStringMap, invalid, notSupported } from './field-errors.ts'
import { validateAnnotations, validateLabels } from './metadata.ts'
import { validatePodAnnotations, validateProfilesMatch } from './pod/annotations.ts'
import { validatePodSpec } from './pod/pod-spec.ts'

const SELECTOR_ERROR = '`selector` does not match template `labels`'

/** A template of pods, whatever they are for. */
export function validatePodTemplate(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  path: string,
): FieldError[] {
  const spec = template?.spec
  const pod = podOfTemplate(template)
  const errors = [
    ...validateTemplateMeta(template, path),
    ...validatePodAnnotations(pod, `${path}.annotations`),
    ...validatePodSpec(pod.spec, `${path}.spec`),
    ...validateProfilesMatch(pod, `${path}.spec`),
  ]
  if (spec?.ephemeralContainers && spec.ephemeralContainers.length > 0) {
    const detail = 'ephemeral containers not allowed in pod template'
    errors.push(forbidden(`${path}.spec.ephemeralContainers`, detail))
  }
  return errors
}

/** What pods made of a template will be like. */
export function podOfTemplate(template: DeepReadonly<PodTemplateSpec> | undefined) {
  const spec: DeepReadonly<PodSpec> = template?.spec ?? { containers: [] }
  return { metadata: template?.metadata ?? {}, spec }
}

/** What a template says of its pods' metadata. */
export function validateTemplateMeta(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  path: string,
): FieldError[] {
  return [
    ...validateLabels(template?.metadata?.labels, `${path}.labels`),
    ...validateAnnotations(template?.metadata?.annotations, `${path}.annotations`),
  ]
}

/** Template labels that their owner's selector does not find. */
export function unmatchedLabels(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  path: string,
): FieldError {
  const labels = template?.metadata?.labels
  const shown = goStringMap(labels && Object.keys(labels).length > 0 ? labels : undefined)
  return invalid(`${path}.metadata.labels`, shown, SELECTOR_ERROR)
}

/** What pods that always restart may not say. */
export function validateAlwaysRestarts(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  of: { path: string; kind: string },
): FieldError[] {
  const errors: FieldError[] = []
  const { restartPolicy = 'Always', activeDeadlineSeconds } = template?.spec ?? {}
  if (restartPolicy !== 'Always') {
    errors.push(notSupported(`${of.path}.spec.restartPolicy`, restartPolicy, ['Always']))
  }
  if (activeDeadlineSeconds !== undefined) {
    const detail = `activeDeadlineSeconds in ${of.kind} is not Supported`
    errors.push(forbidden(`${of.path}.spec.activeDeadlineSeconds`, detail))
  }
  return errors
}
