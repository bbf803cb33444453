import type { DeepReadonly } from '../../base/index.ts'
import {
  csiNodes,
  type KubeObject,
  type Node,
  nodes,
  persistentVolumeClaims,
  persistentVolumes,
  type Pod,
  pods,
  storageClasses,
  type Stored,
} from '../../api/index.ts'
import type { Informers } from '../../client/index.ts'
import type { SchedulerCache } from './cache/cache.ts'
import type { PodView } from './framework/types.ts'
import type { Nominations } from './framework/nominations.ts'
import type { SchedulingQueue } from './queue/queue.ts'

/**
 * Carries what the informers say to where it belongs: bound pods and nodes to the cache, pods
 * without a node to the queue, and every change that may help someone to those who wait.
 */
export function watchCluster(parts: {
  informers: Informers
  cache: SchedulerCache
  queue: SchedulingQueue
  nominations: Nominations
  isOurs: (pod: PodView) => boolean
}): () => void {
  const { informers, cache, queue, nominations, isOurs } = parts

  const onNode = (change: Change<Node>): void => {
    const { old, now } = change
    if (now) cache.setNode(now)
    else if (old) cache.removeNode(old.metadata.name)
    if (now && old && !isRelevant(old, now)) return
    queue.onEvent({ resource: 'node', action: actionOf(change), old, now })
  }

  const onPod = ({ old, now }: Change<Pod>): void => {
    const uid = now?.metadata.uid ?? old?.metadata.uid ?? ''
    if (old && now && old.metadata.uid !== now.metadata.uid) onPod({ old, now: undefined })
    const wasBound = old !== undefined && holdsNode(old)
    if (now && holdsNode(now)) {
      queue.delete(uid)
      nominations.delete(uid)
      cache.setPod(now)
      const action = wasBound ? 'update' : 'add'
      queue.onEvent({ resource: 'assigned-pod', action, old, now })
      return
    }
    if (wasBound) {
      cache.removePod(uid)
      queue.onEvent({ resource: 'assigned-pod', action: 'delete', old, now: undefined })
      return
    }
    const waits = now && !now.spec.nodeName && !isFinished(now) && !now.metadata.deletionTimestamp
    if (waits) {
      if (!isOurs(now)) return
      nominations.observe(old, now)
      queue.set(now)
      return
    }
    queue.delete(uid)
    if (nominations.nodeOf(uid) === undefined) return
    nominations.delete(uid)
    // The room that was being made for it is free for others.
    queue.onEvent({ resource: 'assigned-pod', action: 'delete', old, now: undefined })
  }

  const removers = [
    informers.for(nodes).addHandler(onNode),
    informers.for(pods).addHandler(onPod),
    informers.for(persistentVolumeClaims).addHandler((change) => {
      queue.onEvent({ resource: 'claim', action: actionOf(change), ...change })
    }),
    informers.for(persistentVolumes).addHandler((change) => {
      queue.onEvent({ resource: 'volume', action: actionOf(change), ...change })
    }),
    informers.for(storageClasses).addHandler((change) => {
      queue.onEvent({ resource: 'storage-class', action: actionOf(change), ...change })
    }),
    informers.for(csiNodes).addHandler((change) => {
      queue.onEvent({ resource: 'csi-node', action: actionOf(change), ...change })
    }),
  ]
  return () => {
    for (const remove of removers) remove()
  }
}

interface Change<T extends KubeObject> {
  readonly old: DeepReadonly<Stored<T>> | undefined
  readonly now: DeepReadonly<Stored<T>> | undefined
}

function actionOf({ old, now }: { old: unknown; now: unknown }): 'add' | 'update' | 'delete' {
  return !old ? 'add' : !now ? 'delete' : 'update'
}

/** A pod uses its node until it has finished. */
function holdsNode(pod: PodView): boolean {
  return Boolean(pod.spec.nodeName) && !isFinished(pod)
}

function isFinished(pod: PodView): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed'
}

/** Heartbeats change a node every few seconds and help nobody. */
function isRelevant(old: DeepReadonly<Stored<Node>>, now: DeepReadonly<Stored<Node>>): boolean {
  const view = (node: DeepReadonly<Stored<Node>>) =>
    JSON.stringify([node.spec, node.metadata.labels, node.status.allocatable])
  return view(old) !== view(now)
}
