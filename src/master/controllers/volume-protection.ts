import {
  isPodTerminal,
  keyOf,
  type KubeObject,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  type VolumeAttributesClass,
  volumeAttributesClasses,
} from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
} from './runtime.ts'

const CLAIM_FINALIZER = 'kubernetes.io/pvc-protection'
const VOLUME_FINALIZER = 'kubernetes.io/pv-protection'
const CLASS_FINALIZER = 'kubernetes.io/vac-protection'
const BY_CLASS = 'attributes-class'

/** The claims that a pod uses, by name. */
export function claimsOfPod({ metadata, spec }: Cached<Pod>): string[] {
  return (spec.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    if (persistentVolumeClaim) return [persistentVolumeClaim.claimName]
    return ephemeral ? [`${metadata.name}-${name}`] : []
  })
}

/** Keeps a claim that is being deleted until no pod uses it any more. */
export function claimProtectionController(context: ControllerContext): Controller {
  const claims = context.informers.for(persistentVolumeClaims)
  const users = context.informers.for(pods)
  users.addIndex('claim', (pod) =>
    claimsOfPod(pod).map((name) => `${pod.metadata.namespace}/${name}`),
  )
  const isUsed = (key: string) =>
    [...users.byIndex('claim', key)].some((pod) => !isPodTerminal(pod) && pod.spec.nodeName)

  async function reconcile(key: string, call: { signal: AbortSignal }): Promise<ReconcileResult> {
    const claim = claims.get(key)
    if (!claim) return done
    const keep = claim.metadata.deletionTimestamp === undefined || isUsed(key)
    const wanted = withFinalizer<PersistentVolumeClaim>(claim, CLAIM_FINALIZER, keep)
    if (wanted) await context.client.for(persistentVolumeClaims).update(wanted, call)
    return done
  }

  return {
    name: 'persistentvolumeclaim-protection-controller',
    sources: [
      objectsOf(claims),
      changesOf(users, ({ old, now }) => {
        const pod = now ?? old
        const namespace = pod?.metadata.namespace ?? ''
        return pod ? claimsOfPod(pod).map((name) => `${namespace}/${name}`) : []
      }),
    ],
    reconcile,
  }
}

/** Keeps a volume that is being deleted while it is bound. */
export function volumeProtectionController(context: ControllerContext): Controller {
  const volumes = context.informers.for(persistentVolumes)

  async function reconcile(key: string, call: { signal: AbortSignal }): Promise<ReconcileResult> {
    const volume = volumes.get(key)
    if (!volume) return done
    const { deletionTimestamp } = volume.metadata
    const keep = deletionTimestamp === undefined || volume.status?.phase === 'Bound'
    const wanted = withFinalizer<PersistentVolume>(volume, VOLUME_FINALIZER, keep)
    if (wanted) await context.client.for(persistentVolumes).update(wanted, call)
    return done
  }

  return {
    name: 'persistentvolume-protection-controller',
    sources: [changesOf(volumes, ({ old, now }) => [keyOf(now ?? old ?? { metadata: {} })])],
    reconcile,
  }
}

/** Keeps a class of attributes that is being deleted while a volume or claim has or wants it. */
export function attributesClassProtectionController(context: ControllerContext): Controller {
  const classes = context.informers.for(volumeAttributesClasses)
  const claims = context.informers.for(persistentVolumeClaims)
  const volumes = context.informers.for(persistentVolumes)
  claims.addIndex(BY_CLASS, classesOfClaim)
  volumes.addIndex(BY_CLASS, classesOfVolume)
  const isUsed = (name: string) =>
    [claims, volumes].some((users) => [...users.byIndex(BY_CLASS, name)].length > 0)

  async function reconcile(name: string, call: { signal: AbortSignal }): Promise<ReconcileResult> {
    const attributes = classes.get(name)
    if (!attributes) return done
    const keep = attributes.metadata.deletionTimestamp === undefined || isUsed(name)
    const wanted = withFinalizer<VolumeAttributesClass>(attributes, CLASS_FINALIZER, keep)
    if (wanted) await context.client.for(volumeAttributesClasses).update(wanted, call)
    return done
  }

  return {
    name: 'volumeattributesclass-protection-controller',
    sources: [
      objectsOf(classes),
      changesOf(claims, ({ old }) => (old ? classesOfClaim(old) : [])),
      changesOf(volumes, ({ old }) => (old ? classesOfVolume(old) : [])),
    ],
    reconcile,
  }
}

function classesOfClaim({ spec, status }: Cached<PersistentVolumeClaim>): string[] {
  const names = [
    spec.volumeAttributesClassName,
    status.currentVolumeAttributesClassName,
    status.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ]
  return names.flatMap((name) => name || [])
}

function classesOfVolume({ spec }: Cached<PersistentVolume>): string[] {
  return spec.volumeAttributesClassName ? [spec.volumeAttributesClassName] : []
}

/** The object with or without the finalizer; undefined when it is as it should be. */
function withFinalizer<T extends KubeObject>(object: Cached<T>, finalizer: string, keep: boolean) {
  const before = object.metadata.finalizers ?? []
  // While an object is being deleted a server takes finalizers away, and adds none.
  if (before.includes(finalizer) === keep) return undefined
  if (keep && object.metadata.deletionTimestamp !== undefined) return undefined
  const wanted = draft<T>(object)
  const others = before.filter((name) => name !== finalizer)
  wanted.metadata.finalizers = keep ? [...others, finalizer] : others
  return wanted
}
