import type { LimitRange, PersistentVolume, PersistentVolumeClaim } from '../core/index.ts'
import type { IngressClass, NetworkPolicy } from '../networking/index.ts'
import type { PriorityClass } from '../scheduling/index.ts'
import type { CSIDriver, StorageClass } from '../storage/index.ts'
import { roundToMilli } from './resources.ts'

export function defaultPersistentVolume(volume: PersistentVolume): void {
  volume.spec ??= {}
  const { spec } = volume
  spec.persistentVolumeReclaimPolicy ||= 'Retain'
  spec.volumeMode ??= 'Filesystem'
  volume.status ??= {}
  volume.status.phase ||= 'Pending'
  const { azureDisk, hostPath, iscsi, rbd, scaleIO } = spec
  if (hostPath) hostPath.type ??= ''
  if (iscsi) iscsi.iscsiInterface ||= 'default'
  if (rbd) {
    rbd.pool ||= 'rbd'
    rbd.user ||= 'admin'
    rbd.keyring ||= '/etc/ceph/keyring'
  }
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned'
    scaleIO.fsType ||= 'xfs'
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= 'ReadWrite'
    azureDisk.kind ??= 'Shared'
    azureDisk.fsType ??= 'ext4'
    azureDisk.readOnly ??= false
  }
  roundToMilli(spec.capacity)
}

export function defaultClaim(claim: PersistentVolumeClaim): void {
  claim.status ??= {}
  claim.status.phase ||= 'Pending'
  defaultClaimSpec((claim.spec ??= {}))
}

/** As ever, sources but claims and snapshots are ignored where only the old field is set. */
export function dropOddSource({ spec }: PersistentVolumeClaim): void {
  const { dataSource, dataSourceRef } = spec ?? {}
  if (!dataSource || dataSourceRef) return
  const { apiGroup = '', kind } = dataSource
  if (kind === 'PersistentVolumeClaim' && apiGroup === '') return
  if (kind === 'VolumeSnapshot' && apiGroup === 'snapshot.storage.k8s.io') return
  delete spec.dataSource
}

/** Either way of naming a source stands for the other, unless it is in another namespace (KEP-1495). */
export function matchSources({ spec }: PersistentVolumeClaim): void {
  const { dataSource, dataSourceRef } = spec
  if (dataSource && !dataSourceRef) spec.dataSourceRef = { ...dataSource }
  else if (dataSourceRef && !dataSource && !dataSourceRef.namespace) {
    const { namespace: _, ...source } = dataSourceRef
    spec.dataSource = source
  }
}

export function defaultClaimSpec(spec: PersistentVolumeClaim['spec']): void {
  spec.volumeMode ??= 'Filesystem'
  roundToMilli(spec.resources?.limits)
  roundToMilli(spec.resources?.requests)
}

export function defaultStorageClass(of: StorageClass): void {
  of.reclaimPolicy ??= 'Delete'
  of.volumeBindingMode ??= 'Immediate'
}

export function defaultCsiDriver({ spec }: CSIDriver): void {
  spec.attachRequired ??= true
  spec.podInfoOnMount ??= false
  spec.storageCapacity ??= false
  spec.fsGroupPolicy ??= 'ReadWriteOnceWithFSType'
  if (!spec.volumeLifecycleModes?.length) spec.volumeLifecycleModes = ['Persistent']
  spec.requiresRepublish ??= false
  spec.seLinuxMount ??= false
}

/** What a container may have at most is its default too, and its default is what it asks for. */
export function defaultLimitRange({ spec }: LimitRange): void {
  for (const item of spec?.limits ?? []) {
    const parts = [item.max, item.min, item.default, item.defaultRequest, item.maxLimitRequestRatio]
    for (const amounts of parts) roundToMilli(amounts)
    if (item.type !== 'Container') continue
    item.default = { ...item.max, ...item.default }
    item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest }
  }
}

export function defaultNetworkPolicy(policy: NetworkPolicy): void {
  policy.spec ??= { podSelector: {} }
  const { spec } = policy
  for (const rule of [...(spec.ingress ?? []), ...(spec.egress ?? [])]) {
    for (const port of rule.ports ?? []) port.protocol ??= 'TCP'
  }
  if (spec.policyTypes?.length) return
  spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress']
}

export function defaultIngressClass({ spec }: IngressClass): void {
  if (spec?.parameters) spec.parameters.scope ??= 'Cluster'
}

export function defaultPriorityClass(of: PriorityClass): void {
  of.preemptionPolicy ??= 'PreemptLowerPriority'
}
