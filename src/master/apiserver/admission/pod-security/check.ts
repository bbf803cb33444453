import type { DeepReadonly } from '../../../../base/index.ts'
import type { Container, ObjectMeta, Pod } from '../../../../api/index.ts'

export type PodSpec = DeepReadonly<Pod>['spec']
export type SecurityContext = NonNullable<DeepReadonly<Container>['securityContext']>

/** What is looked at: a pod, or the template of one. */
export interface CheckedPod {
  readonly metadata: DeepReadonly<ObjectMeta>
  readonly spec: PodSpec
  /** Of the policy. */
  readonly minor: number
}

/** Why a pod does not comply. */
export interface Violation {
  readonly reason: string
  readonly detail: string
}

export interface Check {
  readonly id: string
  /** The minor version with which it came. */
  readonly since: number
  /** The check of the lower level that it stands for. */
  readonly replaces?: string
  find(pod: CheckedPod): Violation | undefined
}

export type CheckedContainer = DeepReadonly<
  Pick<Container, 'name' | 'securityContext' | 'ports' | 'lifecycle'> &
    Pick<Container, 'livenessProbe' | 'readinessProbe' | 'startupProbe'>
>

/** In the order in which upstream visits them. */
export function containersOf(spec: PodSpec): readonly CheckedContainer[] {
  const { initContainers = [], containers, ephemeralContainers = [] } = spec
  return [...initContainers, ...containers, ...(ephemeralContainers as CheckedContainer[])]
}

export const quoted = (items: readonly string[]): string =>
  items.length === 0 ? '' : `"${items.join('", "')}"`

export const plural = (one: string, many: string, count: number): string =>
  count === 1 ? one : many

export const sortedSet = (items: readonly string[]): string[] => [...new Set(items)].sort()

/** `container "a"`, `containers "a", "b"`. */
export function containersText(names: readonly string[]): string {
  return `${plural('container', 'containers', names.length)} ${quoted(names)}`
}

/** The pod itself, if it is at fault, and the containers that are: `pod and container "a"`. */
export function settersText(pod: boolean, names: readonly string[]): string {
  return [...(pod ? ['pod'] : []), ...(names.length > 0 ? [containersText(names)] : [])].join(
    ' and ',
  )
}

export function namesWhere(
  spec: PodSpec,
  wrong: (context: SecurityContext | undefined, container: CheckedContainer) => boolean,
): string[] {
  return containersOf(spec)
    .filter((container) => wrong(container.securityContext, container))
    .map(({ name }) => name)
}
