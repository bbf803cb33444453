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
  delete pod.metadata.generateName
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

/**
 * The owners that a claim is to have (KEP-1847): with the set when it shall go with it, with its
 * pod when that is to go for good. Undefined: as they are.
 */
export function claimOwners(
  set: ReadStatefulSet,
  claim: Cached<PersistentVolumeClaim>,
  pod: { object: ReadPod | undefined; condemned: boolean },
): OwnerReference[] | undefined {
  const policy = set.spec.persistentVolumeClaimRetentionPolicy
  const before = claim.metadata.ownerReferences ?? []
  const kept = before.filter(
    (owner) =>
      owner.uid !== set.metadata.uid &&
      !(owner.kind === 'Pod' && ordinalOf(set, owner.name) !== undefined),
  )
  const wanted: OwnerReference[] = []
  if (policy?.whenScaled === 'Delete' && pod.condemned && pod.object) {
    wanted.push(controllerReference(pod.object, pods))
  } else if (policy?.whenDeleted === 'Delete') {
    wanted.push(controllerReference(set, statefulSets))
  }
  const after = [...kept, ...wanted]
  const uids = (owners: readonly { readonly uid: string }[]) =>
    owners.map((owner) => owner.uid).join()
  if (uids(after) === uids(before)) return undefined
  return after.map((owner) => ({ ...owner }))
}
