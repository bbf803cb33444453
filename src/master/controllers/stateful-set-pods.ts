import type { DeepReadonly } from '../../base/index.ts'
import {
  controllerReference,
  type OwnerReference,
  type PersistentVolumeClaim,
  type Pod,
  type PodTemplateSpec,
  pods,
  type StatefulSet,
  statefulSets,
} from '../../api/index.ts'
import { REVISION_HASH } from './controller-revisions.ts'
import { podFromTemplate } from './pod-control.ts'
import type { Cached } from './runtime.ts'

export const POD_NAME_LABEL = 'statefulset.kubernetes.io/pod-name'
export const POD_INDEX_LABEL = 'apps.kubernetes.io/pod-index'

export type ReadStatefulSet = Cached<StatefulSet>
type ReadPod = Cached<Pod>

export function startOf(set: DeepReadonly<StatefulSet>): number {
  return set.spec.ordinals?.start ?? 0
}

export function replicasOf(set: DeepReadonly<StatefulSet>): number {
  return set.spec.replicas ?? 1
}

/** The number behind the set's name; undefined for a pod that is not named by the set. */
export function ordinalOf(set: DeepReadonly<StatefulSet>, name: string): number | undefined {
  const prefix = `${set.metadata.name ?? ''}-`
  const text = name.startsWith(prefix) ? name.slice(prefix.length) : ''
  return /^(?:0|[1-9]\d*)$/.test(text) ? Number(text) : undefined
}

/** The name of the revision that a pod was made from. */
export function podRevision(pod: ReadPod): string {
  return pod.metadata.labels?.[REVISION_HASH] ?? ''
}

/** The names of a pod's claims by the volumes of the templates. */
export function claimNames(set: DeepReadonly<StatefulSet>, ordinal: number): Map<string, string> {
  const templates = set.spec.volumeClaimTemplates ?? []
  const suffix = `${set.metadata.name ?? ''}-${ordinal}`
  return new Map(
    templates.map(({ metadata: { name = '' } }) => [name, `${name}-${suffix}`] as const),
  )
}

/** The pod of an ordinal: name, host name and volumes are its own for ever. */
export function makePod(
  set: ReadStatefulSet,
  of: { ordinal: number; template: DeepReadonly<PodTemplateSpec>; revision: string },
): Pod {
  const pod = podFromTemplate(of.template, set, statefulSets)
  const name = `${set.metadata.name}-${of.ordinal}`
  pod.metadata.name = name
  withIdentity(pod, set, of.ordinal)
  pod.metadata.labels = { ...pod.metadata.labels, [REVISION_HASH]: of.revision }
  pod.spec.hostname = name
  if (set.spec.serviceName) pod.spec.subdomain = set.spec.serviceName
  return pod
}

function withIdentity(pod: Pod, set: ReadStatefulSet, ordinal: number): void {
  pod.metadata.labels = {
    ...pod.metadata.labels,
    [POD_NAME_LABEL]: pod.metadata.name ?? '',
    [POD_INDEX_LABEL]: String(ordinal),
  }
  const claims = claimNames(set, ordinal)
  if (claims.size === 0) return
  const others = (pod.spec.volumes ?? []).filter((volume) => !claims.has(volume.name))
  const own = Array.from(claims, ([name, claimName]) => ({
    name,
    persistentVolumeClaim: { claimName },
  }))
  pod.spec.volumes = [...own, ...others]
}

/** Whether a pod that is there still says who it is. */
export function hasIdentity(pod: ReadPod): boolean {
  const { labels = {}, name } = pod.metadata
  return labels[POD_NAME_LABEL] === name && labels[POD_INDEX_LABEL] !== undefined
}

/** The claims of an ordinal, as they are created when they are missing. */
export function makeClaims(set: ReadStatefulSet, ordinal: number): PersistentVolumeClaim[] {
  const names = claimNames(set, ordinal)
  return (set.spec.volumeClaimTemplates ?? []).map((template) => {
    const { name = '', labels, annotations } = template.metadata
    const policy = set.spec.persistentVolumeClaimRetentionPolicy
    const owners = policy?.whenDeleted === 'Delete' ? [controllerReference(set, statefulSets)] : []
    return {
      metadata: {
        name: names.get(name) ?? '',
        namespace: set.metadata.namespace,
        labels: { ...labels, ...set.spec.selector.matchLabels },
        ...(annotations && { annotations: { ...annotations } }),
        ...(owners.length > 0 && { ownerReferences: owners }),
      },
      spec: structuredClone(template.spec) as PersistentVolumeClaim['spec'],
      status: {},
    }
  })
}

/** What the claims of a pod are tied to (KEP-1847). */
export interface ClaimSituation {
  readonly pod: ReadPod
  /** The pod is beyond the wanted ordinals. */
  readonly condemned: boolean
}

/**
 * The owners that a claim is to have: the set when it shall go with it, its pod when that is to go
 * for good. Undefined: as they are. A claim of a former set or pod of the name is the garbage
 * collector's, and one that another controller manages is left to it.
 */
export function claimOwners(
  set: ReadStatefulSet,
  claim: Cached<PersistentVolumeClaim>,
  of: ClaimSituation,
): OwnerReference[] | undefined {
  const before = claim.metadata.ownerReferences ?? []
  const own = before.filter((owner) => isNamed(owner, set, of.pod))
  const uids = new Set<string>([set.metadata.uid, of.pod.metadata.uid])
  if (own.some(({ uid }) => !uids.has(uid))) return undefined
  const others = before.filter((owner) => !own.includes(owner))
  const wanted = isManagedElsewhere(set, others) ? [] : ownersBy(set, of)
  const isSame =
    own.length === wanted.length &&
    own.every(({ uid, controller }) => controller && wanted.some((owner) => owner.uid === uid))
  return isSame ? undefined : [...others, ...wanted].map((owner) => ({ ...owner }))
}

function ownersBy(set: ReadStatefulSet, { pod, condemned }: ClaimSituation): OwnerReference[] {
  const { whenScaled, whenDeleted } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
  if (whenScaled === 'Delete' && condemned) return [controllerReference(pod, pods)]
  return whenDeleted === 'Delete' ? [controllerReference(set, statefulSets)] : []
}

/** Whether a reference is to a set or a pod of these names, perhaps former ones. */
function isNamed(owner: Owner, set: ReadStatefulSet, pod: ReadPod): boolean {
  const { apiVersion, kind, name } = owner
  return (
    (apiVersion === 'apps/v1' && kind === 'StatefulSet' && name === set.metadata.name) ||
    (apiVersion === 'v1' && kind === 'Pod' && name === pod.metadata.name)
  )
}

type Owner = DeepReadonly<OwnerReference>

/** Who keeps all claims may leave their management to another. */
function isManagedElsewhere(set: ReadStatefulSet, others: readonly Owner[]): boolean {
  const { whenScaled, whenDeleted } = set.spec.persistentVolumeClaimRetentionPolicy ?? {}
  const deletes = whenScaled === 'Delete' || whenDeleted === 'Delete'
  return deletes && others.some(({ controller }) => controller === true)
}

/** Whether another controller than the set and its pod manages a claim that the set would delete. */
export function hasForeignController(
  set: ReadStatefulSet,
  claim: Cached<PersistentVolumeClaim>,
  pod: ReadPod,
): boolean {
  const owners = claim.metadata.ownerReferences ?? []
  return isManagedElsewhere(
    set,
    owners.filter((owner) => !isNamed(owner, set, pod)),
  )
}

/**
 * Whether a claim goes with a former pod of the name, when that pod was to go for good: a new pod
 * would lose it.
 */
export function isClaimStale(
  set: ReadStatefulSet,
  claim: Cached<PersistentVolumeClaim>,
  podName: string,
): boolean {
  if (set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled !== 'Delete') return false
  return (claim.metadata.ownerReferences ?? []).some(
    ({ apiVersion, kind, name }) => apiVersion === 'v1' && kind === 'Pod' && name === podName,
  )
}
