import type { DeepReadonly } from '../../base/index.ts'
import type { Container, Pod, PodSpec } from '../core/index.ts'
import { findCondition, isConditionTrue } from './conditions.ts'

type ReadPod = DeepReadonly<Pod>

/** Whether the pod's condition `Ready` is true. */
export function isPodReady(pod: ReadPod): boolean {
  return isConditionTrue(pod.status?.conditions, 'Ready')
}

/** Whether the pod will never run again: `Succeeded` or `Failed`. */
export function isPodTerminal(pod: ReadPod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed'
}

/** Whether the pod is neither over nor being deleted (what controllers count as theirs). */
export function isPodActive(pod: ReadPod): boolean {
  return !isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined
}

/** Whether the pod has been ready for `minReadySeconds`. */
export function isPodAvailable(pod: ReadPod, minReadySeconds: number, nowMs: number): boolean {
  const ready = findCondition(pod.status?.conditions, 'Ready')
  if (ready?.status !== 'True') return false
  if (minReadySeconds === 0) return true
  if (!ready.lastTransitionTime) return false
  return Date.parse(ready.lastTransitionTime) + minReadySeconds * 1000 <= nowMs
}

/** An init container that keeps running beside the others (KEP-753). */
export function isSidecar(container: DeepReadonly<Container>): boolean {
  return container.restartPolicy === 'Always'
}

/** All containers of a pod in order: init containers, then the others, then ephemeral ones. */
export function allContainers(spec: DeepReadonly<PodSpec>): DeepReadonly<Container>[] {
  return [
    ...(spec.initContainers ?? []),
    ...(spec.containers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ]
}
