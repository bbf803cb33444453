import {
  compareQuantities,
  formatTime,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  withCondition,
  withoutCondition,
} from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  type Controller,
  type ControllerContext,
  changesOf,
  done,
  draft,
  objectsOf,
} from './runtime.ts'
import { HOST_PATH_PROVISIONER, PROVISIONED_BY } from './volume-plan.ts'

type ReadClaim = Cached<PersistentVolumeClaim>
type Status = PersistentVolumeClaim['status']

const IN_PROGRESS = 'ControllerResizeInProgress'

/** Lets bound claims grow: of volumes of the built-in provisioner, whose folders have no bounds. */
export function volumeExpanderController(context: ControllerContext): Controller {
  const claims = context.informers.for(persistentVolumeClaims)
  const volumes = context.informers.for(persistentVolumes)
  const { client, clock, recorder } = context
  type Call = { signal: AbortSignal }

  async function setStatus(claim: ReadClaim, status: Status, call: Call): Promise<ReadClaim> {
    const wanted = { ...draft<PersistentVolumeClaim>(claim), status }
    return client.for(persistentVolumeClaims).updateStatus(wanted, call) as Promise<ReadClaim>
  }

  async function growVolume(name: string, storage: string, call: Call): Promise<void> {
    const volume = await client.for(persistentVolumes).get({ name }, call)
    const before = volume.spec.capacity?.['storage'] ?? '0'
    if (compareQuantities(before, storage) >= 0) return
    volume.spec.capacity = { ...volume.spec.capacity, storage }
    await client.for(persistentVolumes).update(volume, call)
  }

  async function reconcile(key: string, call: Call): Promise<ReconcileResult> {
    const claim = claims.get(key)
    const storage = claim && growsTo(claim)
    const volume = claim && volumes.get(claim.spec.volumeName ?? '')
    if (!volume || storage === undefined || !isBoundPair(claim, volume)) return done
    if (volume.metadata.annotations?.[PROVISIONED_BY] !== HOST_PATH_PROVISIONER) {
      const message = 'waiting for an external controller to expand this PVC'
      recorder.event(claim, { type: 'Normal', reason: 'ExternalExpanding', message })
      return done
    }
    const begun = await setStatus(claim, beginGrowing(claim, storage, clock.nowMs()), call)
    await growVolume(volume.metadata.name, storage, call)
    await setStatus(begun, endGrowing(begun.status, storage), call)
    const message = 'Resize volume succeeded'
    recorder.event(claim, { type: 'Normal', reason: 'VolumeResizeSuccessful', message })
    return done
  }

  return {
    name: 'persistentvolume-expander-controller',
    sources: [
      objectsOf(claims),
      changesOf(volumes, ({ now }) => {
        const claim = now?.spec.claimRef
        return claim ? [`${claim.namespace}/${claim.name}`] : []
      }),
    ],
    reconcile,
  }
}

/** The size that a bound claim asks for, if it is more than it has. */
export function growsTo({ spec, status }: ReadClaim): string | undefined {
  const wanted = spec.resources?.requests?.['storage']
  const has = status.capacity?.['storage']
  if (status.phase !== 'Bound' || wanted === undefined || has === undefined) return undefined
  return compareQuantities(wanted, has) > 0 ? wanted : undefined
}

function isBoundPair({ metadata }: ReadClaim, volume: Cached<PersistentVolume>): boolean {
  return volume.spec.claimRef?.uid === metadata.uid
}

function beginGrowing(claim: ReadClaim, storage: string, nowMs: number): Status {
  const { status } = draft<PersistentVolumeClaim>(claim)
  const lastTransitionTime = formatTime(nowMs)
  const resizing = { type: 'Resizing', status: 'True', lastTransitionTime }
  return {
    ...status,
    allocatedResources: { ...status.allocatedResources, storage },
    allocatedResourceStatuses: { ...status.allocatedResourceStatuses, storage: IN_PROGRESS },
    conditions: withCondition(status.conditions, resizing),
  }
}

function endGrowing(before: ReadClaim['status'], storage: string): Status {
  const { allocatedResourceStatuses, conditions, ...status } = structuredClone(before) as Status
  const { storage: _, ...otherStatuses } = allocatedResourceStatuses ?? {}
  const others = withoutCondition(
    withoutCondition(conditions, 'Resizing'),
    'FileSystemResizePending',
  )
  return {
    ...status,
    capacity: { ...status.capacity, storage },
    ...(Object.keys(otherStatuses).length > 0 && { allocatedResourceStatuses: otherStatuses }),
    ...(others.length > 0 && { conditions: others }),
  }
}
