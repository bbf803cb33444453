import type { DeepReadonly } from '../../../base/index.ts'
import type { PersistentVolumeClaim } from '../../../api/index.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import type { PodView } from '../framework/types.ts'

export type ClaimView = DeepReadonly<PersistentVolumeClaim>

/** The names of a pod's claims; that of an ephemeral volume is made of the pod's and its own. */
export function claimNamesOf({ metadata, spec }: PodView): { name: string; ephemeral: boolean }[] {
  const names: { name: string; ephemeral: boolean }[] = []
  for (const { name, persistentVolumeClaim, ephemeral } of spec.volumes ?? []) {
    if (persistentVolumeClaim) {
      names.push({ name: persistentVolumeClaim.claimName, ephemeral: false })
    } else if (ephemeral) names.push({ name: `${metadata.name}-${name}`, ephemeral: true })
  }
  return names
}

export type Claims =
  | { readonly kind: 'found'; readonly claims: readonly ClaimView[] }
  | { readonly kind: 'missing'; readonly reason: string }

/** A pod's claims, or why there is one that cannot be used. */
export function claimsOf(pod: PodView, lookups: ClusterLookups): Claims {
  const { namespace, uid } = pod.metadata
  const claims: ClaimView[] = []
  for (const { name, ephemeral } of claimNamesOf(pod)) {
    const claim = lookups.claim({ namespace, name })
    const missing = (reason: string): Claims => ({ kind: 'missing', reason })
    if (!claim) {
      return missing(
        ephemeral
          ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"`
          : `persistentvolumeclaim "${name}" not found`,
      )
    }
    if (claim.status?.phase === 'Lost') {
      return missing(
        `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec?.volumeName ?? ''}"`,
      )
    }
    if (claim.metadata.deletionTimestamp !== undefined) {
      return missing(`persistentvolumeclaim "${name}" is being deleted`)
    }
    const isOwned = claim.metadata.ownerReferences?.some((owner) => owner.uid === uid)
    if (ephemeral && !isOwned) {
      return missing(
        `PVC ${namespace}/${name} was not created for pod ${namespace}/${pod.metadata.name} (pod is not owner)`,
      )
    }
    claims.push(claim)
  }
  return { kind: 'found', claims }
}

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
export const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

/** A claim counts as bound when the binder has finished with it. */
export function isBound({ metadata, spec }: ClaimView): boolean {
  return Boolean(spec?.volumeName) && metadata.annotations?.[BIND_COMPLETED] !== undefined
}

/** Whether the claim's volume is chosen only once a pod needs it. */
export function waitsForConsumer(claim: ClaimView, lookups: ClusterLookups): boolean {
  const name = claim.spec?.storageClassName
  if (!name || claim.spec?.volumeName) return false
  return lookups.storageClass(name)?.volumeBindingMode === 'WaitForFirstConsumer'
}
