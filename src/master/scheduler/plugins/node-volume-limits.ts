import type { NodeInfo } from '../cache/node-info.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import { OK, type Plugin, type PodView, SKIP, unschedulable } from '../framework/types.ts'
import { claimNamesOf } from './pod-claims.ts'

const KEY = 'NodeVolumeLimits'

/** Which volume drivers a pod's volumes are of, by a name that tells volumes apart. */
type Volumes = ReadonlyMap<string, string>

/** As many volumes of a driver on a node as the driver's `CSINode` allows. */
export function nodeVolumeLimits(lookups: ClusterLookups): Plugin {
  return {
    name: KEY,
    interests: [
      { resource: 'assigned-pod', actions: ['delete'] },
      { resource: 'csi-node', actions: ['add', 'update'] },
      { resource: 'claim', actions: ['add'] },
    ],
    preFilter(state, pod) {
      const volumes = volumesOf(pod, lookups)
      if (volumes.size === 0) return SKIP
      state.set(KEY, volumes)
      return OK
    },
    filter(state, _pod, node) {
      const limits = limitsOf(node, lookups)
      if (limits.size === 0) return OK
      const used = new Map<string, string>()
      for (const other of node.pods()) {
        for (const [volume, driver] of volumesOf(other, lookups)) used.set(volume, driver)
      }
      for (const [volume, driver] of state.get(KEY) as Volumes) used.set(volume, driver)
      const counts = new Map<string, number>()
      for (const driver of used.values()) counts.set(driver, (counts.get(driver) ?? 0) + 1)
      for (const driver of new Set((state.get(KEY) as Volumes).values())) {
        const limit = limits.get(driver)
        if (limit !== undefined && (counts.get(driver) ?? 0) > limit) {
          return unschedulable('node(s) exceed max volume count')
        }
      }
      return OK
    },
  }
}

function limitsOf({ name }: NodeInfo, lookups: ClusterLookups): ReadonlyMap<string, number> {
  const limits = new Map<string, number>()
  for (const driver of lookups.csiNode(name)?.spec?.drivers ?? []) {
    const count = driver.allocatable?.count
    if (count !== undefined) limits.set(driver.name, count)
  }
  return limits
}

function volumesOf(pod: PodView, lookups: ClusterLookups): Volumes {
  const volumes = new Map<string, string>()
  const { namespace, uid } = pod.metadata
  for (const { name, csi } of pod.spec.volumes ?? []) {
    if (csi) volumes.set(`${uid}/${name}`, csi.driver)
  }
  for (const { name } of claimNamesOf(pod)) {
    const claim = lookups.claim({ namespace, name })
    const { volumeName, storageClassName } = claim?.spec ?? {}
    const csi = volumeName ? lookups.volume(volumeName)?.spec?.csi : undefined
    if (csi) volumes.set(`${csi.driver}/${csi.volumeHandle}`, csi.driver)
    else if (claim && !volumeName && storageClassName) {
      // It will be one of its class's driver.
      const driver = lookups.storageClass(storageClassName)?.provisioner
      if (driver !== undefined) volumes.set(`${namespace}/${name}`, driver)
    }
  }
  return volumes
}
