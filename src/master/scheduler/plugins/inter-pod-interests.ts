import { type AffinityTerm, affinityTermsOf } from '../cache/affinity-terms.ts'
import type { ClusterEvent } from '../framework/events.ts'
import type { EventInterest, PodView } from '../framework/types.ts'

/** Whether a term means a pod, namespaces considered. */
export type Means = (term: AffinityTerm, pod: PodView) => boolean

/** What may help a pod that affinity or anti-affinity to pods turned away. */
export function interPodInterests(means: Means): readonly EventInterest[] {
  return [
    {
      resource: 'assigned-pod',
      actions: ['add', 'update', 'delete'],
      mayHelp: (pod, event) => isCloser(pod, event, means) || isFreer(pod, event, means),
    },
    { resource: 'node', actions: ['add', 'update'], mayHelp: isAtPlaces },
  ]
}

/** A pod that the required affinity means has come, or has got labels that make it one. */
function isCloser(pod: PodView, event: ClusterEvent, means: Means): boolean {
  if (event.resource !== 'assigned-pod' || !event.now) return false
  const { required } = affinityTermsOf(pod)
  const isMeant = (other: PodView) => required.every((term) => means(term, other))
  return required.length > 0 && isMeant(event.now) && !(event.old && isMeant(event.old))
}

/** A pod that stood in the way, by either's anti-affinity, has gone or is no longer meant. */
function isFreer(pod: PodView, event: ClusterEvent, means: Means): boolean {
  if (event.resource !== 'assigned-pod' || !event.old) return false
  const { requiredAnti } = affinityTermsOf(pod)
  const isInTheWay = (other: PodView) =>
    requiredAnti.some((term) => means(term, other)) ||
    affinityTermsOf(other).requiredAnti.some((term) => means(term, pod))
  return isInTheWay(event.old) && !(event.now && isInTheWay(event.now))
}

/** A node counts as a place only with the labels that the required affinity names. */
function isAtPlaces(pod: PodView, event: ClusterEvent): boolean {
  if (event.resource !== 'node') return false
  const labels = event.now?.metadata.labels
  return affinityTermsOf(pod).required.every(({ topologyKey }) => labels?.[topologyKey])
}
