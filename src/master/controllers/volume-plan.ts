import type { DeepReadonly } from '../../base/index.ts'
import {
  matchesLabelSelector,
  type PersistentVolume,
  type PersistentVolumeClaim,
  quantityValue,
  type StorageClass,
} from '../../api/index.ts'
import type { Cached } from './runtime.ts'

export const BIND_COMPLETED = 'pv.kubernetes.io/bind-completed'
export const BOUND_BY_CONTROLLER = 'pv.kubernetes.io/bound-by-controller'
export const PROVISIONED_BY = 'pv.kubernetes.io/provisioned-by'
export const PROVISIONER = 'volume.kubernetes.io/storage-provisioner'
/** Its name of before 1.23: external provisioners of old look for it. */
export const OLD_PROVISIONER = 'volume.beta.kubernetes.io/storage-provisioner'
const SELECTED_NODE = 'volume.kubernetes.io/selected-node'

/** The provisioner that is built in: folders of the machine that the whole cluster is on. */
export const HOST_PATH_PROVISIONER = 'navarch.io/host-path'

export type ReadClaim = Cached<PersistentVolumeClaim>
export type ReadVolume = Cached<PersistentVolume>

/** What is to be done for a claim. */
export type ClaimPlan =
  | { readonly kind: 'bind'; readonly volume: ReadVolume }
  | { readonly kind: 'provision'; readonly storageClass: DeepReadonly<StorageClass> }
  | { readonly kind: 'wait'; readonly reason?: string; readonly message?: string }
  | { readonly kind: 'lost'; readonly reason: string; readonly message: string }

export function isBoundTo(volume: ReadVolume, claim: ReadClaim): boolean {
  const { claimRef } = volume.spec
  if (claimRef?.name !== claim.metadata.name) return false
  if (claimRef.namespace !== claim.metadata.namespace) return false
  return !claimRef.uid || claimRef.uid === claim.metadata.uid
}

export function planClaim(
  claim: ReadClaim,
  of: {
    volumes: Iterable<ReadVolume>
    volume: (name: string) => ReadVolume | undefined
    storageClass: (name: string) => DeepReadonly<StorageClass> | undefined
    /** Names of pods without a node that use the claim. */
    waitingPods: () => readonly string[]
  },
): ClaimPlan {
  const { volumeName } = claim.spec
  if (claim.metadata.annotations?.[BIND_COMPLETED] !== undefined) {
    return planBoundClaim(claim, volumeName ? of.volume(volumeName) : undefined)
  }
  if (volumeName) {
    const volume = of.volume(volumeName)
    if (!volume) return { kind: 'wait' }
    if (!volume.spec.claimRef || isBoundTo(volume, claim)) return { kind: 'bind', volume }
    const message = `volume "${volumeName}" already bound to a different claim.`
    return { kind: 'wait', reason: 'FailedBinding', message }
  }
  const className = claim.spec.storageClassName ?? ''
  const storageClass = className === '' ? undefined : of.storageClass(className)
  const waits =
    storageClass?.volumeBindingMode === 'WaitForFirstConsumer' &&
    claim.metadata.annotations?.[SELECTED_NODE] === undefined
  const volume = bestVolume(claim, of.volumes, waits)
  if (volume) return { kind: 'bind', volume }
  if (waits) {
    return waitForPods(of.waitingPods())
  }
  if (className === '') {
    const message = 'no persistent volumes available for this claim and no storage class is set'
    return { kind: 'wait', reason: 'FailedBinding', message }
  }
  if (storageClass) return { kind: 'provision', storageClass }
  const message = `storageclass.storage.k8s.io "${className}" not found`
  return { kind: 'wait', reason: 'ProvisioningFailed', message }
}

function waitForPods(names: readonly string[]): ClaimPlan {
  if (names.length === 0) {
    const message = 'waiting for first consumer to be created before binding'
    return { kind: 'wait', reason: 'WaitForFirstConsumer', message }
  }
  const message = `waiting for pod${names.length > 1 ? 's' : ''} ${names.join(',')} to be scheduled`
  return { kind: 'wait', reason: 'WaitForPodScheduled', message }
}

function planBoundClaim(claim: ReadClaim, volume: ReadVolume | undefined): ClaimPlan {
  const lost = (reason: string, message: string): ClaimPlan => ({ kind: 'lost', reason, message })
  const gone = 'Data on the volume is lost!'
  if (!claim.spec.volumeName) {
    return lost('ClaimLost', `Bound claim has lost reference to PersistentVolume. ${gone}`)
  }
  if (!volume) return lost('ClaimLost', `Bound claim has lost its PersistentVolume. ${gone}`)
  if (!volume.spec.claimRef || isBoundTo(volume, claim)) return { kind: 'bind', volume }
  const message = 'Two claims are bound to the same volume, this one is bound incorrectly'
  return lost('ClaimMisbound', message)
}

/** The smallest volume that will do; one that is promised to the claim comes before all others. */
function bestVolume(
  claim: ReadClaim,
  volumes: Iterable<ReadVolume>,
  onlyPromised: boolean,
): ReadVolume | undefined {
  let best: ReadVolume | undefined
  for (const volume of volumes) {
    if (!fits(volume, claim)) continue
    if (volume.spec.claimRef) return volume
    if (!onlyPromised && (!best || sizeOf(volume) < sizeOf(best))) best = volume
  }
  return best
}

const sizeOf = ({ spec }: ReadVolume) => quantityValue(spec.capacity?.['storage'] ?? '0')

function fits(volume: ReadVolume, claim: ReadClaim): boolean {
  const { spec, metadata, status } = volume
  if (metadata.deletionTimestamp !== undefined) return false
  if (spec.claimRef) return isBoundTo(volume, claim)
  if (status?.phase !== 'Available' && status?.phase !== 'Pending') return false
  const wanted = claim.spec
  if ((spec.storageClassName ?? '') !== (wanted.storageClassName ?? '')) return false
  if ((spec.volumeMode ?? 'Filesystem') !== (wanted.volumeMode ?? 'Filesystem')) return false
  const { selector, accessModes = [], resources } = wanted
  if (selector && !matchesLabelSelector(selector, metadata.labels ?? {})) return false
  if (!accessModes.every((mode) => spec.accessModes?.includes(mode))) return false
  return sizeOf(volume) >= quantityValue(resources?.requests?.['storage'] ?? '0')
}

/** What a volume's claim says of it. */
export type VolumeState =
  | { readonly phase: 'Available' | 'Bound' }
  /** Its claim is gone: the volume is kept, or goes as well. */
  | { readonly phase: 'Released'; readonly deletes: boolean }
  /** Its claim is to be looked at first. */
  | { readonly phase: 'Pending' }

export function stateOf(volume: ReadVolume, claim: ReadClaim | undefined): VolumeState {
  const { claimRef, persistentVolumeReclaimPolicy } = volume.spec
  if (!claimRef) return { phase: 'Available' }
  if (!claimRef.uid) return { phase: 'Available' }
  if (claim?.metadata.uid !== claimRef.uid) {
    return { phase: 'Released', deletes: persistentVolumeReclaimPolicy === 'Delete' }
  }
  return claim.spec.volumeName === volume.metadata.name ? { phase: 'Bound' } : { phase: 'Pending' }
}

/** The volume that is made for a claim in a folder of its own. */
export function hostPathVolume(
  claim: ReadClaim,
  storageClass: DeepReadonly<StorageClass>,
): PersistentVolume {
  const { name, namespace, uid } = claim.metadata
  const { folder = '' } = storageClass.parameters ?? {}
  const volume = `pvc-${uid}`
  const storage = claim.spec.resources?.requests?.['storage'] ?? '0'
  return {
    metadata: {
      name: volume,
      annotations: { [PROVISIONED_BY]: HOST_PATH_PROVISIONER },
    },
    spec: {
      capacity: { storage },
      accessModes: [...(claim.spec.accessModes ?? [])],
      claimRef: { kind: 'PersistentVolumeClaim', apiVersion: 'v1', name, namespace, uid },
      hostPath: { path: `${folder}/${volume}`, type: 'DirectoryOrCreate' },
      persistentVolumeReclaimPolicy: storageClass.reclaimPolicy ?? 'Delete',
      storageClassName: storageClass.metadata.name ?? '',
      volumeMode: claim.spec.volumeMode ?? 'Filesystem',
    },
    status: {},
  }
}
