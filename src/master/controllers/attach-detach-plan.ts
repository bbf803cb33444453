import { createHash } from 'node:crypto'
import {
  type CSIDriver,
  findCondition,
  isPodTerminal,
  type Node,
  type PersistentVolume,
  type PersistentVolumeClaim,
  type Pod,
  type VolumeAttachment,
} from '../../api/index.ts'
import type { Cached } from './runtime.ts'
import { claimsOfPod } from './volume-protection.ts'

const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'
const MANAGED = 'volumes.kubernetes.io/controller-managed-attach-detach'

/** A volume of a CSI driver that is to be attached to nodes before it can be mounted. */
export interface AttachableVolume {
  /** Name of the PersistentVolume. */
  readonly name: string
  readonly driver: string
  readonly handle: string
  /** Whether several nodes may have it at a time. */
  readonly isShared: boolean
}

/** What a controller knows about a volume and the claim of a pod. */
export interface VolumeLookups {
  claim(key: string): Cached<PersistentVolumeClaim> | undefined
  volume(name: string): Cached<PersistentVolume> | undefined
  driver(name: string): Cached<CSIDriver> | undefined
}

/** The attachable volume behind a PersistentVolume; undefined when it needs no attaching. */
export function attachableVolume(
  volume: Cached<PersistentVolume> | undefined,
  driverOf: VolumeLookups['driver'],
): AttachableVolume | undefined {
  const { csi, accessModes = [] } = volume?.spec ?? {}
  if (!volume || !csi || driverOf(csi.driver)?.spec.attachRequired === false) return undefined
  const isShared = accessModes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
  return { name: volume.metadata.name, driver: csi.driver, handle: csi.volumeHandle, isShared }
}

/** The volumes that the pods of a node need, with those who use each. */
export function wantedVolumes(
  pods: Iterable<Cached<Pod>>,
  lookups: VolumeLookups,
): Map<string, { volume: AttachableVolume; pods: Cached<Pod>[] }> {
  const wanted = new Map<string, { volume: AttachableVolume; pods: Cached<Pod>[] }>()
  for (const pod of pods) {
    if (isPodTerminal(pod)) continue
    for (const claimName of claimsOfPod(pod)) {
      const claim = lookups.claim(`${pod.metadata.namespace}/${claimName}`)
      if (claim?.status.phase !== 'Bound') continue
      const bound = lookups.volume(claim.spec.volumeName ?? '')
      if (bound?.spec.claimRef?.uid !== claim.metadata.uid) continue
      const volume = attachableVolume(bound, (name) => lookups.driver(name))
      if (!volume) continue
      const users = wanted.get(volume.name) ?? { volume, pods: [] }
      users.pods.push(pod)
      wanted.set(volume.name, users)
    }
  }
  return wanted
}

/** The name that Kubernetes gives to the attachment of a volume to a node. */
export function attachmentName({ handle, driver }: AttachableVolume, nodeName: string): string {
  const hash = createHash('sha256').update(`${handle}${driver}${nodeName}`)
  return `csi-${hash.digest('hex')}`
}

/** The name under which a node's status lists a volume. */
export function uniqueVolumeName({ driver, handle }: AttachableVolume): string {
  return `kubernetes.io/csi/${driver}^${handle}`
}

export function isManaged(node: Cached<Node>): boolean {
  return node.metadata.annotations?.[MANAGED] === 'true'
}

/** Whether the volume is not mounted there any more, or will never be, since the node is gone. */
export function isSafeToDetach(
  node: Cached<Node> | undefined,
  volume: AttachableVolume,
  waited: { readonly ms: number; readonly mostMs: number },
): boolean {
  if (!node) return true
  const inUse = node.status.volumesInUse ?? []
  if (!inUse.includes(uniqueVolumeName(volume))) return true
  if (node.spec.taints?.some(({ key }) => key === OUT_OF_SERVICE)) return true
  const isReady = findCondition(node.status.conditions, 'Ready')?.status === 'True'
  return !isReady && waited.ms >= waited.mostMs
}

/** Whether the volume may be attached to this node too, or where it is instead. */
export function exclusiveElsewhere(
  volume: AttachableVolume,
  nodeName: string,
  attachments: Iterable<Cached<VolumeAttachment>>,
): string | undefined {
  if (volume.isShared) return undefined
  for (const { spec } of attachments) {
    if (spec.source.persistentVolumeName !== volume.name) continue
    if (spec.nodeName !== nodeName) return spec.nodeName
  }
  return undefined
}
