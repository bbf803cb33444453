import { hasReason } from '../../base/index.ts'
import {
  isPodTerminal,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  pods,
  referenceTo,
  semanticEqual,
  storageClasses,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  requeueAfter,
  syncOf,
} from './runtime.ts'
import {
  BIND_COMPLETED,
  BOUND_BY_CONTROLLER,
  type ClaimPlan,
  HOST_PATH_PROVISIONER,
  hostPathVolume,
  isBoundTo,
  planClaim,
  OLD_PROVISIONER,
  PROVISIONED_BY,
  PROVISIONER,
  type ReadClaim,
  type ReadVolume,
  stateOf,
} from './volume-plan.ts'
import { claimsOfPod } from './volume-protection.ts'

type Call = { signal: AbortSignal }

/** Claims that wait are looked at again, as upstream's resync does. */
const RETRY_MS = 15_000

export interface VolumeBinderOptions {
  /**
   * Removes what a volume of the built-in provisioner held, if it is still there. Absent: it is
   * left where it is.
   */
  readonly removeFolder?: (path: string) => Promise<void>
}

/** Gives claims the volumes that they ask for. Keys: `claim:namespace/name` and `volume:name`. */
export function volumeBinderController(
  context: ControllerContext,
  options: VolumeBinderOptions = {},
): Controller {
  const binder = new VolumeBinder(context, options)
  return {
    name: 'persistentvolume-binder-controller',
    workers: 1,
    sources: [
      changesOf(binder.claims, ({ old, now }) => {
        const claim = now ?? old
        if (!claim) return []
        const { namespace, name } = claim.metadata
        const volume = claim.spec.volumeName
        return [`claim:${namespace}/${name}`, ...(volume ? [`volume:${volume}`] : [])]
      }),
      changesOf(binder.volumes, ({ old, now }) => {
        const volume = now ?? old
        if (!volume) return []
        const { claimRef } = volume.spec
        const key = `volume:${volume.metadata.name}`
        return claimRef
          ? [key, `claim:${claimRef.namespace}/${claimRef.name}`]
          : [key, ...binder.pendingClaims()]
      }),
      changesOf(binder.classes, () => binder.pendingClaims()),
      syncOf(binder.pods),
    ],
    reconcile: (key, call) =>
      key.startsWith('claim:')
        ? binder.reconcileClaim(key.slice('claim:'.length), call)
        : binder.reconcileVolume(key.slice('volume:'.length), call),
  }
}

class VolumeBinder {
  readonly claims
  readonly volumes
  readonly pods
  readonly classes
  readonly #context: ControllerContext
  readonly #options: VolumeBinderOptions

  constructor(context: ControllerContext, options: VolumeBinderOptions) {
    this.#context = context
    this.#options = options
    this.claims = context.informers.for(persistentVolumeClaims)
    this.volumes = context.informers.for(persistentVolumes)
    this.classes = context.informers.for(storageClasses)
    this.pods = context.informers.for(pods)
  }

  *pendingClaims(): Iterable<ObjectKey> {
    for (const { metadata, spec } of this.claims.list()) {
      if (!spec.volumeName) yield `claim:${metadata.namespace}/${metadata.name}`
    }
  }

  async reconcileClaim(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const claim = this.claims.get(key)
    if (!claim || claim.metadata.deletionTimestamp !== undefined) return done
    const plan = planClaim(claim, {
      volumes: this.volumes.list(),
      volume: (name) => this.volumes.get(name),
      storageClass: (name) => this.classes.get(name),
      waitingPods: () => this.#waitingPods(claim),
    })
    switch (plan.kind) {
      case 'bind':
        await this.#bind(claim, plan.volume, call)
        return done
      case 'provision':
        return this.#provision(claim, plan, call)
      case 'lost':
        if (claim.status.phase !== 'Lost') this.#tell(claim, plan.reason, plan.message, true)
        await this.#setClaimPhase(claim, { phase: 'Lost' }, call)
        return done
      case 'wait':
        if (plan.reason !== undefined) {
          const warns = plan.reason === 'ProvisioningFailed'
          this.#tell(claim, plan.reason, plan.message ?? '', warns)
        }
        await this.#setClaimPhase(claim, { phase: 'Pending' }, call)
        return requeueAfter(RETRY_MS)
    }
  }

  #waitingPods({ metadata }: ReadClaim): string[] {
    const users: string[] = []
    for (const pod of this.pods.inNamespace(metadata.namespace)) {
      if (pod.spec.nodeName || isPodTerminal(pod)) continue
      if (claimsOfPod(pod).includes(metadata.name)) users.push(pod.metadata.name)
    }
    return users
  }

  /** Both ends know of each other, the volume first: it can serve one claim only. */
  async #bind(claim: ReadClaim, volume: ReadVolume, call: Call): Promise<void> {
    const { client } = this.#context
    const { claimRef } = volume.spec
    if (claimRef?.uid !== claim.metadata.uid || !isBoundTo(volume, claim)) {
      const wanted = draft<PersistentVolume>(volume)
      const named = { ...draft<PersistentVolumeClaim>(claim), ...CLAIM }
      wanted.spec.claimRef = referenceTo(named)
      if (!claimRef) annotate(wanted, BOUND_BY_CONTROLLER)
      await client.for(persistentVolumes).update(wanted, call)
    }
    const { annotations } = claim.metadata
    if (claim.spec.volumeName !== volume.metadata.name || !annotations?.[BIND_COMPLETED]) {
      const wanted = draft<PersistentVolumeClaim>(claim)
      if (!wanted.spec.volumeName) annotate(wanted, BOUND_BY_CONTROLLER)
      wanted.spec.volumeName = volume.metadata.name
      annotate(wanted, BIND_COMPLETED)
      const bound = await client.for(persistentVolumeClaims).update(wanted, call)
      return this.#setClaimPhase(bound, boundStatus(claim, volume), call)
    }
    await this.#setClaimPhase(claim, boundStatus(claim, volume), call)
  }

  async #provision(
    claim: ReadClaim,
    { storageClass }: ClaimPlan & { kind: 'provision' },
    call: Call,
  ): Promise<ReconcileResult> {
    const { provisioner } = storageClass
    if (claim.metadata.annotations?.[PROVISIONER] !== provisioner) {
      const wanted = draft<PersistentVolumeClaim>(claim)
      annotate(wanted, PROVISIONER, provisioner)
      annotate(wanted, OLD_PROVISIONER, provisioner)
      await this.#context.client.for(persistentVolumeClaims).update(wanted, call)
      return done
    }
    if (provisioner !== HOST_PATH_PROVISIONER) {
      const message =
        'Waiting for a volume to be created either by the external provisioner ' +
        `'${provisioner}' or manually by the system administrator. If volume creation is ` +
        'delayed, please verify that the provisioner is running and correctly registered.'
      this.#tell(claim, 'ExternalProvisioning', message)
      return requeueAfter(RETRY_MS)
    }
    if (!storageClass.parameters?.['folder']?.startsWith('/')) {
      const message = `the class names no folder: parameter "folder" has to be an absolute path`
      this.#tell(claim, 'ProvisioningFailed', message, true)
      return requeueAfter(RETRY_MS)
    }
    const volume = hostPathVolume(claim, storageClass)
    try {
      await this.#context.client.for(persistentVolumes).create(volume, call)
      const message = `Successfully provisioned volume ${volume.metadata.name}`
      this.#tell(claim, 'ProvisioningSucceeded', message)
    } catch (error) {
      // Made by us before: it will be seen, and bound.
      if (!hasReason(error, 'AlreadyExists')) throw error
    }
    return done
  }

  async reconcileVolume(name: string, call: Call): Promise<ReconcileResult> {
    const volume = this.volumes.get(name)
    if (!volume) return done
    const state = stateOf(volume, await this.#claimOf(volume, call))
    if (state.phase === 'Pending') return done
    // One that is deleted while it is bound stays until it is known to be released.
    if (state.phase !== 'Released' && volume.metadata.deletionTimestamp !== undefined) return done
    await this.#setVolumePhase(volume, state.phase, call)
    if (state.phase !== 'Released' || !('deletes' in state) || !state.deletes) return done
    if (volume.metadata.annotations?.[PROVISIONED_BY] !== HOST_PATH_PROVISIONER) return done
    const path = volume.spec.hostPath?.path ?? ''
    // Nothing but the folder that was made for this volume.
    if (path.endsWith(`/${name}`)) await this.#options.removeFolder?.(path)
    try {
      await this.#context.client.for(persistentVolumes).delete({ name, namespace: '' }, {}, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
    return done
  }

  /** A claim that our cache lacks is asked for: data hangs on the answer. */
  async #claimOf(volume: ReadVolume, call: Call): Promise<ReadClaim | undefined> {
    const { claimRef } = volume.spec
    if (!claimRef?.uid) return undefined
    const { namespace = '', name = '', uid } = claimRef
    const known = this.claims.get(`${namespace}/${name}`)
    if (known?.metadata.uid === uid) return known
    try {
      return await this.#context.client.for(persistentVolumeClaims).get({ namespace, name }, call)
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  async #setVolumePhase(volume: ReadVolume, phase: string, call: Call): Promise<void> {
    if (volume.status?.phase === phase) return
    const wanted = draft<PersistentVolume>(volume)
    wanted.status = { ...wanted.status, phase }
    await this.#context.client.for(persistentVolumes).updateStatus(wanted, call)
  }

  async #setClaimPhase(
    claim: Cached<PersistentVolumeClaim>,
    status: PersistentVolumeClaim['status'],
    call: Call,
  ): Promise<void> {
    const wanted = draft<PersistentVolumeClaim>(claim)
    const { accessModes: _, capacity: __, phase: ___, ...rest } = wanted.status
    wanted.status = { ...rest, ...status }
    if (semanticEqual(wanted.status, claim.status)) return
    await this.#context.client.for(persistentVolumeClaims).updateStatus(wanted, call)
  }

  #tell(claim: ReadClaim, reason: string, message: string, warns = false): void {
    const type = warns ? 'Warning' : 'Normal'
    this.#context.recorder.event(claim, { type, reason, message })
  }
}

const CLAIM = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' } as const

/** A claim that is bound already may have another size than its volume, while both grow. */
function boundStatus({ status }: ReadClaim, { spec }: ReadVolume): PersistentVolumeClaim['status'] {
  const capacity = status.phase === 'Bound' && status.capacity ? status.capacity : spec.capacity
  return {
    phase: 'Bound',
    ...(spec.accessModes && { accessModes: [...spec.accessModes] }),
    ...(capacity && { capacity: { ...capacity } }),
  }
}

function annotate(
  object: { metadata: { annotations?: Record<string, string> } },
  name: string,
  value = 'yes',
): void {
  object.metadata.annotations = { ...object.metadata.annotations, [name]: value }
}
