import type { DeepReadonly } from '../../base/index.ts'
import type { Container, ContainerStatus, Pod, PodSpec, Stored } from '../../api/index.ts'

/** A pod as the kubelet's informer hands it out. */
export type PodView = DeepReadonly<Stored<Pod>>
export type SpecView = DeepReadonly<PodSpec>
export type ContainerView = DeepReadonly<Container>

/** Every container that the kubelet runs, init containers first, ephemeral ones last. */
export function runContainers(spec: SpecView): readonly ContainerView[] {
  return [...(spec.initContainers ?? []), ...spec.containers, ...ephemeralContainers(spec)]
}

/** Those that somebody has put into the running pod (KEP-277): each runs once. */
export function ephemeralContainers(spec: SpecView): readonly ContainerView[] {
  return spec.ephemeralContainers ?? []
}

/** What the pod's status says of a container, of whichever sort it is. */
export function statusOf(pod: PodView, name: string): DeepReadonly<ContainerStatus> | undefined {
  const { containerStatuses = [], initContainerStatuses = [] } = pod.status ?? {}
  const { ephemeralContainerStatuses = [] } = pod.status ?? {}
  const all = [...containerStatuses, ...initContainerStatuses, ...ephemeralContainerStatuses]
  return all.find((status) => status.name === name)
}

/** `name_namespace(uid)`, as the kubelet names a pod in its messages. */
export function podLabel(pod: PodView): string {
  const { name, namespace, uid } = pod.metadata
  return `${name}_${namespace}(${uid})`
}

/** `spec.containers{web}`: the part of a pod that an event is about. */
export function fieldPathOf(spec: SpecView, name: string): string {
  const isIt = (container: ContainerView) => container.name === name
  const isEphemeral = ephemeralContainers(spec).some(isIt)
  const others = isEphemeral ? 'ephemeralContainers' : 'containers'
  return `spec.${(spec.initContainers ?? []).some(isIt) ? 'initContainers' : others}{${name}}`
}

/** Changes when a container must be replaced (upstream hashes the one mutable field, the image). */
export function hashOf(container: ContainerView): string {
  return container.image ?? ''
}

/** The grace of a pod that is being deleted, or of one that is not. In seconds. */
export function graceSecondsOf(pod: PodView): number {
  return pod.metadata.deletionGracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 30
}

export function isTerminalPhase(phase: string | undefined): boolean {
  return phase === 'Succeeded' || phase === 'Failed'
}
