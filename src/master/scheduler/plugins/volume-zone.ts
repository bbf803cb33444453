import type { ClusterLookups } from '../framework/lookups.ts'
import { OK, type Plugin, type PodView, SKIP, unresolvable } from '../framework/types.ts'
import { claimsOf, waitsForConsumer } from './pod-claims.ts'

const KEY = 'VolumeZone'
const TOPOLOGY_LABELS = [
  'failure-domain.beta.kubernetes.io/zone',
  'failure-domain.beta.kubernetes.io/region',
  'topology.kubernetes.io/zone',
  'topology.kubernetes.io/region',
]
/** Between the zones of a volume that is in several. */
const SEPARATOR = '__'

/** Where a volume is: a label and the values of which a node's must be one. */
type Domain = readonly [label: string, values: ReadonlySet<string>]

/** Keeps pods in the zones of their volumes that have zone labels instead of node affinity. */
export function volumeZone(lookups: ClusterLookups): Plugin {
  return {
    name: KEY,
    interests: [
      { resource: 'volume', actions: ['add', 'update'] },
      { resource: 'claim', actions: ['add', 'update'] },
      { resource: 'node', actions: ['add', 'update'] },
    ],
    preFilter(state, pod) {
      const domains = domainsOf(pod, lookups)
      if (domains.length === 0) return SKIP
      state.set(KEY, domains)
      return OK
    },
    filter(state, _pod, { node }) {
      const labels = node?.metadata.labels ?? {}
      // A node without any such label is in a cluster without zones.
      if (!TOPOLOGY_LABELS.some((label) => labels[label] !== undefined)) return OK
      const isElsewhere = (state.get(KEY) as readonly Domain[]).some(
        ([label, values]) => !values.has(labels[label] ?? ''),
      )
      return isElsewhere ? unresolvable('node(s) had no available volume zone') : OK
    },
  }
}

function domainsOf(pod: PodView, lookups: ClusterLookups): Domain[] {
  const found = claimsOf(pod, lookups)
  if (found.kind === 'missing') return []
  return found.claims.flatMap((claim): Domain[] => {
    const { volumeName } = claim.spec ?? {}
    if (!volumeName || waitsForConsumer(claim, lookups)) return []
    const labels = lookups.volume(volumeName)?.metadata.labels ?? {}
    return TOPOLOGY_LABELS.flatMap((label): Domain[] => {
      const value = labels[label]
      return value === undefined ? [] : [[label, new Set(value.split(SEPARATOR))]]
    })
  })
}
