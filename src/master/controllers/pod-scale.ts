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
  type Scale,
  statefulSets,
} from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import type { Cached, ControllerContext } from './runtime.ts'

type Call = { signal: AbortSignal }

/** Finds how many pods those who make them want. */
export class PodScales {
  readonly sets
  readonly deployments
  readonly controllers
  readonly stateful
  readonly #client: Client
  /** Plurals of kinds that have been looked up, by API version and kind. */
  readonly #plurals = new Map<string, string>()

  constructor({ informers, client }: ControllerContext) {
    this.#client = client
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
    const plural = await this.#pluralOf(owner, call)
    if (plural === undefined) return undefined
    const base = apiPath(owner.apiVersion)
    const path = `${base}/namespaces/${namespace}/${plural}/${owner.name}/scale`
    try {
      const scale = (await this.#client.request({ method: 'GET', path }, call)) as Scale
      return scale.metadata.uid === owner.uid ? (scale.spec.replicas ?? 0) : undefined
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
      const group = owner.apiVersion.split('/').slice(0, -1).join()
      const name = group === '' ? plural : `${plural}.${group}`
      throw new ScaleError(`${name} does not implement the scale subresource`, { cause: error })
    }
  }

  async #pluralOf({ apiVersion, kind }: OwnerReference, call: Call): Promise<string | undefined> {
    const key = `${apiVersion}/${kind}`
    const known = this.#plurals.get(key)
    if (known !== undefined) return known
    const path = apiPath(apiVersion)
    const list = (await this.#client.request({ method: 'GET', path }, call)) as {
      resources: { name: string; kind: string }[]
    }
    const found = list.resources.find((each) => each.kind === kind && !each.name.includes('/'))
    if (found) this.#plurals.set(key, found.name)
    return found?.name
  }
}

/** A pod's controller cannot be found, or does not say how many pods it wants. */
export class ScaleError extends Error {
  override readonly name = 'ScaleError'
}

const apiPath = (apiVersion: string) =>
  apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`
