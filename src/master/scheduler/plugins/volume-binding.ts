import type { ClusterEvent } from '../framework/events.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import {
  type CycleState,
  OK,
  type Plugin,
  type PodView,
  SKIP,
  type Status,
  unresolvable,
} from '../framework/types.ts'
import type { NodeInfo } from '../cache/node-info.ts'
import {
  claimNamesOf,
  claimsOf,
  type ClaimView,
  isBound,
  SELECTED_NODE,
  waitsForConsumer,
} from './pod-claims.ts'
import type { VolumeBinder } from './volume-binder.ts'
import { findVolume, isReachable, keyOfClaim, provisions } from './volume-matching.ts'

const KEY = 'VolumeBinding'
const NODE_CONFLICT = 'node(s) had volume node affinity conflict'
const NOTHING_TO_BIND = "node(s) didn't find available persistent volumes to bind"
const VOLUME_GONE = 'node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)'

interface PodClaims {
  readonly bound: readonly ClaimView[]
  /** Their volumes are chosen together with the node. */
  readonly delayed: readonly ClaimView[]
}

/** What a pod's claims come to on one node. */
export interface VolumePlan {
  /** Names of volumes by the key of their claim. */
  readonly matched: ReadonlyMap<string, string>
  /** Claims whose volumes are to be made for the node. */
  readonly provisioned: readonly ClaimView[]
}

/**
 * The pod goes where its volumes are. Claims of classes that wait for their pod get theirs with
 * the node: one that is there, or a new one (KEP-490).
 */
export function volumeBinding(lookups: ClusterLookups, binder: VolumeBinder | undefined): Plugin {
  const judge = (state: CycleState, node: NodeInfo): VolumePlan | Status =>
    planFor(state.get(KEY) as PodClaims, node, { lookups, taken: binder?.taken ?? NOBODY })
  return {
    name: KEY,
    interests: [
      {
        resource: 'claim',
        actions: ['add', 'update'],
        mayHelp: mayUse,
      },
      { resource: 'volume', actions: ['add', 'update'] },
      { resource: 'storage-class', actions: ['add', 'update'] },
      { resource: 'node', actions: ['add', 'update'] },
    ],
    preFilter(state, pod) {
      if (claimNamesOf(pod).length === 0) return SKIP
      const found = claimsOf(pod, lookups)
      if (found.kind === 'missing') return unresolvable(found.reason)
      const unbound = found.claims.filter((claim) => !isBound(claim))
      const delayed = unbound.filter((claim) => waitsForConsumer(claim, lookups))
      if (delayed.length < unbound.length) {
        return unresolvable('pod has unbound immediate PersistentVolumeClaims')
      }
      state.set(KEY, { bound: found.claims.filter(isBound), delayed } satisfies PodClaims)
      return OK
    },
    filter(state, _pod, node) {
      const judged = judge(state, node)
      return 'kind' in judged ? judged : OK
    },
    reserve(state, pod, node) {
      if (!state.has(KEY)) return OK
      const judged = judge(state, node)
      if ('kind' in judged) return judged
      binder?.reserve(pod.metadata.uid, judged, node.name)
      return OK
    },
    unreserve: (_state, pod) => binder?.release(pod.metadata.uid),
    preBind: async (_state, pod, options) => binder?.bind(pod, options),
  }
}

const NOBODY: ReadonlyMap<string, string> = new Map()

function planFor(
  { bound, delayed }: PodClaims,
  { node }: NodeInfo,
  of: { lookups: ClusterLookups; taken: ReadonlyMap<string, string> },
): VolumePlan | Status {
  if (!node) return unresolvable(NODE_CONFLICT)
  for (const claim of bound) {
    const volume = of.lookups.volume(claim.spec?.volumeName ?? '')
    if (!volume) return unresolvable(VOLUME_GONE)
    if (!isReachable(volume, node)) return unresolvable(NODE_CONFLICT)
  }
  const matched = new Map<string, string>()
  const provisioned: ClaimView[] = []
  const taken = new Map(of.taken)
  for (const claim of delayed) {
    const selected = claim.metadata.annotations?.[SELECTED_NODE]
    if (selected !== undefined) {
      if (selected !== node.metadata.name) return unresolvable(NOTHING_TO_BIND)
      provisioned.push(claim)
      continue
    }
    const volume = findVolume(claim, node, { lookups: of.lookups, taken })
    if (volume) {
      matched.set(keyOfClaim(claim), volume.metadata.name ?? '')
      taken.set(volume.metadata.name ?? '', keyOfClaim(claim))
      continue
    }
    const storageClass = of.lookups.storageClass(claim.spec?.storageClassName ?? '')
    if (!provisions(storageClass, node)) return unresolvable(NOTHING_TO_BIND)
    provisioned.push(claim)
  }
  return { matched, provisioned }
}

function mayUse(pod: PodView, event: ClusterEvent): boolean {
  return event.resource === 'claim' && usesClaim(pod, event.now)
}

function usesClaim(pod: PodView, claim: ClaimView | undefined): boolean {
  if (claim?.metadata.namespace !== pod.metadata.namespace) return false
  return claimNamesOf(pod).some(({ name }) => name === claim?.metadata.name)
}
