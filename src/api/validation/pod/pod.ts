import type { DeepReadonly } from '../../../base/index.ts'
import { type Container, type Pod, PodSpec, type Toleration } from '../../core/index.ts'
import { goDifference, goStruct } from '../../go/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { semanticEqual } from '../../strategy/equal.ts'
import { forbidden, invalid } from '../field-errors.ts'
import { each } from './common.ts'
import { validatePodSpec } from './pod-spec.ts'
import { DEADLINE_RANGE } from './probes.ts'

/** Marks what a node runs by itself, and only shows in the API. */
const MIRROR_ANNOTATION = 'kubernetes.io/config.mirror'

/** The spec of a pod that is created; metadata is checked by the caller. */
export function validateNewPod(pod: DeepReadonly<Pod>): FieldError[] {
  const errors: FieldError[] = []
  const mirror = pod.metadata.annotations?.[MIRROR_ANNOTATION]
  if (mirror !== undefined && !pod.spec.nodeName) {
    const why = 'must set spec.nodeName if mirror pod annotation is set'
    errors.push(invalid(`metadata.annotations[${MIRROR_ANNOTATION}]`, mirror, why))
  }
  errors.push(...validatePodSpec(pod.spec, 'spec'))
  if (pod.spec.ephemeralContainers?.length) {
    errors.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'))
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
  const errors: FieldError[] = []
  for (const list of ['containers', 'initContainers'] as const) {
    const now = pod.spec[list] ?? []
    const before = old.spec[list] ?? []
    if (now.length !== before.length) {
      const detail = 'pod updates may not add or remove containers'
      return [forbidden(`spec.${list}`, detail)]
    }
    now.forEach((container, i) => {
      const image = container.image ?? ''
      if (image !== image.trim() || image === '') {
        const at = `spec.${list}[${i}].image`
        errors.push(...each(at, image, ['must not have leading or trailing whitespace']))
      }
    })
  }
  errors.push(...validateDeadline(pod.spec, old.spec))
  errors.push(...validateAddedTolerations(pod.spec.tolerations, old.spec.tolerations))
  errors.push(...validateGateRemoval(pod.spec, old.spec))
  if (errors.length > 0) return errors
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
    ...(isGated(old) && { nodeSelector: old.nodeSelector, affinity: old.affinity }),
    ...(wasNegative &&
      spec.terminationGracePeriodSeconds === 1 && {
        terminationGracePeriodSeconds: old.terminationGracePeriodSeconds,
      }),
  }
}

function isGated(spec: DeepReadonly<PodSpec>): boolean {
  return (spec.schedulingGates?.length ?? 0) > 0
}

function validateDeadline(spec: DeepReadonly<PodSpec>, old: DeepReadonly<PodSpec>): FieldError[] {
  const at = 'spec.activeDeadlineSeconds'
  const now = spec.activeDeadlineSeconds
  const before = old.activeDeadlineSeconds
  if (now === undefined) {
    return before === undefined
      ? []
      : [invalid(at, null, 'must not update from a positive integer to nil value')]
  }
  if (now < 1 || now > 2 ** 31 - 1) return [invalid(at, now, DEADLINE_RANGE)]
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
  if ((before ?? []).every(isKept)) return []
  const detail = 'existing toleration can not be modified except its tolerationSeconds'
  return [forbidden('spec.tolerations', detail)]
}

function validateGateRemoval(
  spec: DeepReadonly<PodSpec>,
  old: DeepReadonly<PodSpec>,
): FieldError[] {
  const before = new Set((old.schedulingGates ?? []).map((gate) => gate.name))
  const added = (spec.schedulingGates ?? []).find((gate) => !before.has(gate.name))
  if (!added) return []
  const detail = `only deletion is allowed, but found new scheduling gate '${added.name}'`
  return [forbidden('spec.schedulingGates', detail)]
}

/**
 * Container statuses may not bring a finished container of a pod that never restarts back to
 * life.
 */
export function validatePodStatusUpdate(
  pod: DeepReadonly<Pod>,
  old: DeepReadonly<Pod>,
): FieldError[] {
  const errors: FieldError[] = []
  if (old.spec.restartPolicy === 'Always') return errors
  for (const before of old.status?.containerStatuses ?? []) {
    const terminated = before.state?.terminated
    if (!terminated) continue
    if (terminated.exitCode !== 0 && old.spec.restartPolicy === 'OnFailure') continue
    const now = pod.status?.containerStatuses?.find((status) => status.name === before.name)
    if (now && !now.state?.terminated) {
      const detail = 'may not be transitioned to non-terminated state'
      errors.push(forbidden('status.containerStatuses.state', detail))
    }
  }
  return errors
}
