import type { ProjectedVolumeSource, Volume } from '../core/index.ts'
import { pullPolicyFor } from './container.ts'

const DEFAULT_FILE_MODE = 0o644
const DEFAULT_TOKEN_SECONDS = 3600

/** `SetDefaults_Volume` and the defaults of each source. */
export function defaultVolume(volume: Volume): void {
  const hasSource = Object.keys(volume).some((key) => key !== 'name')
  if (!hasSource) volume.emptyDir = {}
  if (volume.secret) volume.secret.defaultMode ??= DEFAULT_FILE_MODE
  if (volume.configMap) volume.configMap.defaultMode ??= DEFAULT_FILE_MODE
  if (volume.downwardAPI) {
    volume.downwardAPI.defaultMode ??= DEFAULT_FILE_MODE
    defaultDownwardItems(volume.downwardAPI)
  }
  if (volume.projected) defaultProjected(volume.projected)
  if (volume.hostPath) volume.hostPath.type ??= ''
  if (volume.image?.reference) volume.image.pullPolicy ||= pullPolicyFor(volume.image.reference)
  if (volume.ephemeral?.volumeClaimTemplate) {
    volume.ephemeral.volumeClaimTemplate.spec.volumeMode ??= 'Filesystem'
  }
  defaultNetworkVolume(volume)
}

function defaultDownwardItems(source: {
  items?: { fieldRef?: { apiVersion?: string }; resourceFieldRef?: { divisor?: string } }[]
}): void {
  for (const item of source.items ?? []) {
    if (item.fieldRef) item.fieldRef.apiVersion ||= 'v1'
    if (item.resourceFieldRef) item.resourceFieldRef.divisor ??= '0'
  }
}

function defaultProjected(projected: ProjectedVolumeSource): void {
  projected.defaultMode ??= DEFAULT_FILE_MODE
  for (const source of projected.sources ?? []) {
    if (source.downwardAPI) defaultDownwardItems(source.downwardAPI)
    if (source.serviceAccountToken) {
      source.serviceAccountToken.expirationSeconds ??= DEFAULT_TOKEN_SECONDS
    }
  }
}

function defaultNetworkVolume({ iscsi, rbd, azureDisk, scaleIO }: Volume): void {
  if (iscsi) iscsi.iscsiInterface ||= 'default'
  if (rbd) {
    rbd.pool ||= 'rbd'
    rbd.user ||= 'admin'
    rbd.keyring ||= '/etc/ceph/keyring'
  }
  if (azureDisk) {
    azureDisk.cachingMode ??= 'ReadWrite'
    azureDisk.kind ??= 'Shared'
    azureDisk.fsType ??= 'ext4'
    azureDisk.readOnly ??= false
  }
  if (scaleIO) {
    scaleIO.storageMode ||= 'ThinProvisioned'
    scaleIO.fsType ||= 'xfs'
  }
}
