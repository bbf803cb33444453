import { hasReason } from '../../base/index.ts'
import {
  controllerOf,
  deployments,
  isControlledBy,
  type OwnerReference,
  type Pod,
  type ReplicaSet,
  replicaSets,
  replicationControllers,
  statefulSets,
} from '../../api/index.ts'
import type { Cached, ControllerContext } from './runtime.ts'
import { ScaleClient } from './scale-client.ts'

type Call = { signal: AbortSignal }

/** Finds how many pods those who make them want. */
export class PodScales {
  readonly sets
  readonly deployments
  readonly controllers
  readonly stateful
  readonly #scales: ScaleClient

  constructor({ informers, client }: ControllerContext) {
    this.#scales = new ScaleClient(client)
    this.sets = informers.for(replicaSets)
    this.deployments = informers.for(deployments)
    this.controllers = informers.for(replicationControllers)
    this.stateful = informers.for(statefulSets)
  }

  /** The sum over the controllers of the pods, each counted once, and the pods that have none. */
  async scaleOf(
    pods: readonly Cached<Pod>[],
    call: Call,
  ): Promise<{ scale: number; unmanaged: Cached<Pod>[] }> {
    const seen = new Set<string>()
    const scales = new Map<string, number>()
    const unmanaged: Cached<Pod>[] = []
    for (const pod of pods) {
      const owner = controllerOf(pod)
      if (!owner) unmanaged.push(pod)
      else if (!seen.has(owner.uid)) {
        seen.add(owner.uid)
        // All sets of a deployment are one controller: the deployment.
        const { uid, replicas } = await this.#controllerScale(owner, pod, call)
        scales.set(uid, replicas)
      }
    }
    const scale = [...scales.values()].reduce((sum, replicas) => sum + replicas, 0)
    return { scale, unmanaged }
  }

  async #controllerScale(
    owner: OwnerReference,
    pod: Cached<Pod>,
    call: Call,
  ): Promise<{ uid: string; replicas: number }> {
    const key = `${pod.metadata.namespace}/${owner.name}`
    const own = (object: { metadata: { uid: string } } | undefined, replicas = 1) =>
      object?.metadata.uid === owner.uid ? { uid: owner.uid, replicas } : undefined
    if (owner.apiVersion === 'apps/v1' && owner.kind === 'ReplicaSet') {
      const set = this.sets.get(key)
      if (set?.metadata.uid === owner.uid) return this.#setScale(set)
    }
    if (owner.apiVersion === 'apps/v1' && owner.kind === 'StatefulSet') {
      const set = this.stateful.get(key)
      const found = own(set, set?.spec.replicas)
      if (found) return found
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'ReplicationController') {
      const controller = this.controllers.get(key)
      const found = own(controller, controller?.spec.replicas)
      if (found) return found
    }
    const replicas = await this.#subresourceScale(owner, pod.metadata.namespace, call)
    if (replicas !== undefined) return { uid: owner.uid, replicas }
    throw new ScaleError(`found no controllers for pod "${pod.metadata.name}"`)
  }

  #setScale(set: Cached<ReplicaSet>): { uid: string; replicas: number } {
    const owner = controllerOf(set)
    const deployment =
      owner?.kind === 'Deployment'
        ? this.deployments.get(`${set.metadata.namespace}/${owner.name}`)
        : undefined
    if (deployment && isControlledBy(set, deployment)) {
      return { uid: deployment.metadata.uid, replicas: deployment.spec.replicas ?? 1 }
    }
    return { uid: set.metadata.uid, replicas: set.spec.replicas ?? 1 }
  }

  /** The scale of anything that has one, custom resources included. */
  async #subresourceScale(
    owner: OwnerReference,
    namespace: string,
    call: Call,
  ): Promise<number | undefined> {
    const { apiVersion, kind, name } = owner
    try {
      const scale = await this.#scales.get({ apiVersion, kind, name, namespace }, call)
      return scale?.metadata.uid === owner.uid ? (scale.spec.replicas ?? 0) : undefined
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
      const plural = (await this.#scales.pluralOf(owner, call)) ?? kind
      const group = apiVersion.split('/').slice(0, -1).join()
      const resource = group === '' ? plural : `${plural}.${group}`
      throw new ScaleError(`${resource} does not implement the scale subresource`, { cause: error })
    }
  }
}

/** A pod's controller cannot be found, or does not say how many pods it wants. */
export class ScaleError extends Error {
  override readonly name = 'ScaleError'
}
