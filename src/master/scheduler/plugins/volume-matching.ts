import type { DeepReadonly } from '../../../base/index.ts'
import {
  matchesLabelSelector,
  matchesNodeSelector,
  type PersistentVolume,
  quantityValue,
  type StorageClass,
} from '../../../api/index.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import type { NodeView } from '../framework/types.ts'
import type { ClaimView } from './pod-claims.ts'

export type VolumeView = DeepReadonly<PersistentVolume>

/** Whether the volume can be reached from the node (`spec.nodeAffinity`). */
export function isReachable({ spec }: VolumeView, node: NodeView): boolean {
  const required = spec?.nodeAffinity?.required
  return !required || matchesNodeSelector(required, node)
}

/**
 * The smallest free volume that serves the claim from the node; one that was made for the claim
 * comes before all others. `taken` are those promised to other claims.
 */
export function findVolume(
  claim: ClaimView,
  node: NodeView,
  { lookups, taken }: { lookups: ClusterLookups; taken: ReadonlyMap<string, string> },
): VolumeView | undefined {
  let best: VolumeView | undefined
  for (const volume of lookups.volumesOf(claim.spec?.storageClassName ?? '')) {
    const { name } = volume.metadata
    const promised = taken.get(name ?? '')
    if (promised !== undefined && promised !== keyOfClaim(claim)) continue
    if (!serves(volume, claim) || !isReachable(volume, node)) continue
    const { claimRef } = volume.spec ?? {}
    if (claimRef) return volume
    if (!best || sizeOf(volume) < sizeOf(best)) best = volume
  }
  return best
}

export function keyOfClaim({ metadata }: ClaimView): string {
  return `${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}

function sizeOf({ spec }: VolumeView): number {
  return quantityValue(spec?.capacity?.['storage'] ?? '0')
}

function serves(volume: VolumeView, claim: ClaimView): boolean {
  const { spec, metadata, status } = volume
  const wanted = claim.spec ?? {}
  const { claimRef } = spec
  if (metadata.deletionTimestamp !== undefined) return false
  if (claimRef) {
    const { name, namespace, uid } = claimRef
    const isOurs = name === claim.metadata.name && namespace === claim.metadata.namespace
    return isOurs && (!uid || uid === claim.metadata.uid)
  }
  if (status?.phase !== undefined && status.phase !== 'Available') return false
  if ((spec.volumeMode ?? 'Filesystem') !== (wanted.volumeMode ?? 'Filesystem')) return false
  if ((spec.volumeAttributesClassName ?? '') !== (wanted.volumeAttributesClassName ?? ''))
    return false
  const { selector, accessModes = [], resources } = wanted
  if (selector && !matchesLabelSelector(selector, metadata.labels)) return false
  if (!accessModes.every((mode) => spec.accessModes?.includes(mode))) return false
  return sizeOf(volume) >= quantityValue(resources?.requests?.['storage'] ?? '0')
}

export const NO_PROVISIONER = 'kubernetes.io/no-provisioner'

/** Whether the class makes volumes that can be reached from the node. */
export function provisions(of: DeepReadonly<StorageClass> | undefined, node: NodeView): boolean {
  if (!of || of.provisioner === NO_PROVISIONER) return false
  const topologies = of.allowedTopologies ?? []
  if (topologies.length === 0) return true
  return topologies.some(({ matchLabelExpressions = [] }) =>
    matchLabelExpressions.every(({ key, values }) =>
      values.includes(node.metadata.labels?.[key] ?? ''),
    ),
  )
}
