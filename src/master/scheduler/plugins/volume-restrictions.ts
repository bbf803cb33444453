import type { ClusterLookups } from '../framework/lookups.ts'
import {
  type CycleState,
  OK,
  type Plugin,
  type PodView,
  SKIP,
  unresolvable,
  unschedulable,
} from '../framework/types.ts'
import { claimNamesOf } from './pod-claims.ts'

const KEY = 'VolumeRestrictions'
const DISK_CONFLICT = 'node(s) had no available disk'
const ONCE_POD_CONFLICT =
  'node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode'

type Volume = NonNullable<PodView['spec']['volumes']>[number]

interface State {
  /** Keys of the pod's claims that one pod alone may use, with how many use them now. */
  readonly exclusive: ReadonlySet<string>
  users: number
}

/** Disks that may be on one node once, and claims that one pod in the cluster may use (KEP-2485). */
export function volumeRestrictions(lookups: ClusterLookups): Plugin {
  const shift = (state: CycleState, other: PodView, by: 1 | -1) => {
    const of = state.get(KEY) as State | undefined
    if (of && exclusiveUses(other, of.exclusive) > 0) of.users += by
  }
  return {
    name: KEY,
    interests: [
      { resource: 'assigned-pod', actions: ['delete'] },
      { resource: 'claim', actions: ['add', 'update'] },
    ],
    preFilter(state, pod, { nodes }) {
      const { namespace } = pod.metadata
      const exclusive = new Set<string>()
      for (const { name } of claimNamesOf(pod)) {
        const claim = lookups.claim({ namespace, name })
        if (claim?.spec?.accessModes?.includes('ReadWriteOncePod')) {
          exclusive.add(`${namespace}/${name}`)
        }
      }
      if (exclusive.size === 0 && !(pod.spec.volumes ?? []).some(isRestricted)) return SKIP
      const of: State = { exclusive, users: 0 }
      if (exclusive.size > 0) {
        for (const node of nodes) {
          for (const other of node.pods()) if (exclusiveUses(other, exclusive) > 0) of.users++
        }
      }
      state.set(KEY, of)
      return OK
    },
    filter(state, pod, node) {
      const { exclusive, users } = state.get(KEY) as State
      const restricted = (pod.spec.volumes ?? []).filter(isRestricted)
      if (restricted.length > 0) {
        for (const other of node.pods()) {
          const theirs = other.spec.volumes ?? []
          const conflict = restricted.some((mine) => theirs.some((v) => conflicts(mine, v)))
          if (conflict) return unschedulable(DISK_CONFLICT)
        }
      }
      if (exclusive.size === 0 || users === 0) return OK
      // Only removing the user, on this node, could help.
      const isHere = node.pods().some((other) => exclusiveUses(other, exclusive) > 0)
      return isHere ? unschedulable(ONCE_POD_CONFLICT) : unresolvable(ONCE_POD_CONFLICT)
    },
    addPod: (state, _pod, other) => shift(state, other, 1),
    removePod: (state, _pod, other) => shift(state, other, -1),
  }
}

function exclusiveUses(pod: PodView, exclusive: ReadonlySet<string>): number {
  const { namespace } = pod.metadata
  return claimNamesOf(pod).filter(({ name }) => exclusive.has(`${namespace}/${name}`)).length
}

function isRestricted(volume: Volume): boolean {
  return Boolean(
    volume.gcePersistentDisk ?? volume.awsElasticBlockStore ?? volume.rbd ?? volume.iscsi,
  )
}

/** Whether two volumes are one disk that cannot be attached twice as these want it. */
function conflicts(a: Volume, b: Volume): boolean {
  if (a.gcePersistentDisk && b.gcePersistentDisk) {
    const [x, y] = [a.gcePersistentDisk, b.gcePersistentDisk]
    return x.pdName === y.pdName && !(x.readOnly && y.readOnly)
  }
  if (a.awsElasticBlockStore && b.awsElasticBlockStore) {
    return a.awsElasticBlockStore.volumeID === b.awsElasticBlockStore.volumeID
  }
  if (a.iscsi && b.iscsi) {
    return a.iscsi.iqn === b.iscsi.iqn && !(a.iscsi.readOnly && b.iscsi.readOnly)
  }
  if (a.rbd && b.rbd) {
    const [x, y] = [a.rbd, b.rbd]
    const isShared = x.monitors.some((monitor) => y.monitors.includes(monitor))
    const isSame = x.image === y.image && (x.pool ?? 'rbd') === (y.pool ?? 'rbd')
    return isShared && isSame && !(x.readOnly && y.readOnly)
  }
  return false
}
