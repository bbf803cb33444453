import type { DeepReadonly } from '../../../base/index.ts'
import {
  type Affinity,
  type Container,
  type Pod,
  PodSpec,
  type Toleration,
} from '../../core/index.ts'
import { goDifference, goStruct } from '../../go/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { semanticEqual } from '../../strategy/equal.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import { rangeError } from '../names.ts'
import {
  validateAnnotationUpdate,
  validatePodAnnotations,
  validateProfilesMatch,
} from './annotations.ts'
import { validateImageText } from './containers.ts'
import { validateGatedChange } from './gated.ts'
import { validatePodSpec } from './pod-spec.ts'
import { validateTolerations } from './scheduling.ts'

/** A pod that is created; the rest of its metadata is checked by the caller. */
export function validateNewPod(pod: DeepReadonly<Pod>): FieldError[] {
  const { spec } = pod
  const errors = validatePod(pod)
  if (spec.ephemeralContainers?.length) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'))
  }
  if (spec.nodeName && spec.schedulingGates?.length) {
    const detail = 'cannot be set until all schedulingGates have been cleared'
    errors.push(forbidden('spec.nodeName', detail))
  }
  return [...errors, ...validateProfilesMatch(pod)]
}

/** A pod, new or changed, without what its creation or change is about. */
export function validatePod(pod: DeepReadonly<Pod>): FieldError[] {
  const { metadata, spec } = pod
  const errors = [
    ...validatePodAnnotations(pod),
    ...validatePodSpec(spec, 'spec', { isPod: true, name: metadata.name }),
  ]
  if (!spec.serviceAccountName) {
    const detail = 'must not be specified when serviceAccountName is not set'
    for (const [i, { projected }] of (spec.volumes ?? []).entries()) {
      for (const [k, source] of (projected?.sources ?? []).entries()) {
        const at = `spec.volumes[${i}].projected.sources[${k}].serviceAccountToken`
        if (source.serviceAccountToken) errors.push(forbidden(at, detail))
      }
    }
  }
  for (const list of ['containers', 'initContainers'] as const) {
    for (const [i, container] of (spec[list] ?? []).entries()) {
      errors.push(...validateImageText(container, `spec.${list}[${i}]`))
    }
  }
  return errors
}

const UPDATE_ERROR =
  'pod updates may not change fields other than `spec.containers[*].image`,' +
  '`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` ' +
  '(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` ' +
  '(allow it to be set to 1 if it was previously negative)\n'

/**
 * What may change in a pod's spec once it is created: images, a deadline, more tolerations,
 * gates.
 */
export function validatePodUpdate(pod: DeepReadonly<Pod>, old: DeepReadonly<Pod>): FieldError[] {
  const errors = [...validatePod(pod), ...validateAnnotationUpdate(pod, old)]
  for (const list of ['containers', 'initContainers'] as const) {
    const now = pod.spec[list] ?? []
    if (now.length !== (old.spec[list] ?? []).length) {
      const detail = 'pod updates may not add or remove containers'
      return [...errors, forbidden(`spec.${list}`, detail)]
    }
    for (const [i, container] of now.entries()) {
      const at = `spec.${list}[${i}]`
      if (!container.image) errors.push(required(`${at}.image`))
      errors.push(...validateImageText(container, at))
    }
  }
  const deadline = validateDeadline(pod.spec, old.spec)
  errors.push(...deadline)
  if (deadline.length > 0 && pod.spec.activeDeadlineSeconds !== undefined) return errors
  errors.push(...validateAddedTolerations(pod.spec.tolerations, old.spec.tolerations))
  errors.push(...validateGateRemoval(pod.spec, old.spec))
  if (isGated(old.spec)) errors.push(...validateGatedChange(pod.spec, old.spec))
  const now = asBefore(pod.spec, old.spec)
  if (!semanticEqual(now, old.spec)) {
    const difference = goDifference(goStruct(PodSpec, old.spec), goStruct(PodSpec, now))
    errors.push(forbidden('spec', UPDATE_ERROR + difference))
  }
  return errors
}

/** The new spec with everything that may change put back to what it was. */
function asBefore(spec: DeepReadonly<PodSpec>, old: DeepReadonly<PodSpec>): unknown {
  const withImages = (
    containers: readonly DeepReadonly<Container>[] | undefined,
    before: readonly DeepReadonly<Container>[] | undefined,
  ) => containers?.map((container, i) => ({ ...container, image: before?.[i]?.image }))
  const wasNegative = (old.terminationGracePeriodSeconds ?? 0) < 0
  return {
    ...spec,
    containers: withImages(spec.containers, old.containers),
    initContainers: withImages(spec.initContainers, old.initContainers),
    activeDeadlineSeconds: old.activeDeadlineSeconds,
    tolerations: old.tolerations,
    schedulingGates: old.schedulingGates,
    ...(isGated(old) && {
      nodeSelector: old.nodeSelector,
      affinity: withNodeAffinity(spec.affinity, old.affinity),
    }),
    ...(wasNegative &&
      spec.terminationGracePeriodSeconds === 1 && {
        terminationGracePeriodSeconds: old.terminationGracePeriodSeconds,
      }),
  }
}

/** The affinity with the rules about nodes as they were. */
function withNodeAffinity(
  now: DeepReadonly<Affinity> | undefined,
  before: DeepReadonly<Affinity> | undefined,
): DeepReadonly<Affinity> | undefined {
  const nodeAffinity = before?.nodeAffinity
  const { podAffinity, podAntiAffinity } = now ?? {}
  if (!before && !podAffinity && !podAntiAffinity) return undefined
  return now || nodeAffinity ? { ...now, nodeAffinity } : now
}

function isGated(spec: DeepReadonly<PodSpec>): boolean {
  return (spec.schedulingGates?.length ?? 0) > 0
}

const MAX_DEADLINE = 2 ** 31 - 1

function validateDeadline(spec: DeepReadonly<PodSpec>, old: DeepReadonly<PodSpec>): FieldError[] {
  const at = 'spec.activeDeadlineSeconds'
  const now = spec.activeDeadlineSeconds
  const before = old.activeDeadlineSeconds
  if (now === undefined) {
    return before === undefined
      ? []
      : [invalid(at, null, 'must not update from a positive integer to nil value')]
  }
  if (now < 0 || now > MAX_DEADLINE) return [invalid(at, now, rangeError(0, MAX_DEADLINE))]
  if (before === undefined || now <= before) return []
  return [invalid(at, now, 'must be less than or equal to previous value')]
}

function validateAddedTolerations(
  now: readonly DeepReadonly<Toleration>[] | undefined,
  before: readonly DeepReadonly<Toleration>[] | undefined,
): FieldError[] {
  const withoutSeconds = (t: DeepReadonly<Toleration>) => ({ ...t, tolerationSeconds: undefined })
  const isKept = (toleration: DeepReadonly<Toleration>) =>
    (now ?? []).some((other) => semanticEqual(withoutSeconds(other), withoutSeconds(toleration)))
  if ((before ?? []).every(isKept)) return validateTolerations(now ?? [], 'spec.tolerations')
  const detail = 'existing toleration can not be modified except its tolerationSeconds'
  return [forbidden('spec.tolerations', detail)]
}

function validateGateRemoval(
  spec: DeepReadonly<PodSpec>,
  old: DeepReadonly<PodSpec>,
): FieldError[] {
  const before = new Set((old.schedulingGates ?? []).map((gate) => gate.name))
  return (spec.schedulingGates ?? []).flatMap(({ name }, i) => {
    if (before.has(name)) return []
    const detail = `only deletion is allowed, but found new scheduling gate '${name}'`
    return [forbidden(`spec.schedulingGates[${i}].name`, detail)]
  })
}
