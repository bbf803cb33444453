import { type DeepReadonly, hasReason, StatusError } from '../../base/index.ts'
import {
  controllerOf,
  controllerReference,
  type KubeObject,
  type Resource,
} from '../../api/index.ts'
import type { Client, Informer } from '../../client/index.ts'
import type { Cached } from './runtime.ts'

const INDEX = 'controller'

/** Lets an informer's objects be found by the UID of their controller, and those without one. */
export function indexByController<T extends KubeObject>(informer: Informer<T>): void {
  informer.addIndex(INDEX, (object) => {
    const controller = controllerOf(object)
    return [controller ? controller.uid : `orphans/${object.metadata.namespace}`]
  })
}

export function controlledBy<T extends KubeObject>(
  informer: Informer<T>,
  uid: string,
): Iterable<Cached<T>> {
  return informer.byIndex(INDEX, uid)
}

export function orphansIn<T extends KubeObject>(
  informer: Informer<T>,
  namespace: string,
): Iterable<Cached<T>> {
  return informer.byIndex(INDEX, `orphans/${namespace}`)
}

/** What an owner's selector says of the objects around it. */
export interface ClaimPlan<T> {
  readonly kept: T[]
  /** Match, and have no controller. */
  readonly adopted: T[]
  /** Are the owner's, but match no longer. */
  readonly released: T[]
}

/** Which objects are the owner's, are to become it, or are to be let go. */
export function planClaims<T extends DeepReadonly<KubeObject>>(
  owner: DeepReadonly<KubeObject>,
  objects: Iterable<T>,
  matches: (object: T) => boolean,
): ClaimPlan<T> {
  const plan: ClaimPlan<T> = { kept: [], adopted: [], released: [] }
  const ownerGoes = owner.metadata.deletionTimestamp !== undefined
  for (const object of objects) {
    const controller = controllerOf(object)
    if (controller) {
      if (controller.uid !== owner.metadata.uid) continue
      if (matches(object)) plan.kept.push(object)
      else if (!ownerGoes) plan.released.push(object)
    } else if (!ownerGoes && matches(object) && object.metadata.deletionTimestamp === undefined) {
      plan.adopted.push(object)
    }
  }
  return plan
}

/**
 * All that is the owner's, after adopting and releasing. Adoption first asks the server whether the
 * owner is still the one that the cache shows.
 */
export async function claim<O extends KubeObject, T extends KubeObject>(
  of: {
    client: Client
    owner: Cached<O>
    ownerResource: Resource<O>
    resource: Resource<T>
    plan: ClaimPlan<Cached<T>>
    /** Comes with the owner, and goes with it. */
    finalizer?: string
  },
  options: { signal: AbortSignal },
): Promise<Cached<T>[]> {
  const { client, owner, ownerResource, resource, plan, finalizer } = of
  const claimed = [...plan.kept]
  if (plan.adopted.length > 0) await assertAlive(client, ownerResource, owner, options)
  const adoption = {
    ownerReferences: [controllerReference(owner, ownerResource)],
    ...(finalizer !== undefined && { finalizers: [finalizer] }),
  }
  for (const object of plan.adopted) {
    const adopted = await patchMetadata(client, resource, object, adoption, options)
    if (adopted) claimed.push(adopted)
  }
  const release = {
    ownerReferences: [{ $patch: 'delete', uid: owner.metadata.uid }],
    ...(finalizer !== undefined && { '$deleteFromPrimitiveList/finalizers': [finalizer] }),
  }
  for (const object of plan.released) {
    await patchMetadata(client, resource, object, release, options)
  }
  return claimed
}

async function assertAlive<O extends KubeObject>(
  client: Client,
  resource: Resource<O>,
  owner: Cached<O>,
  options: { signal: AbortSignal },
): Promise<void> {
  const { name, namespace, uid } = owner.metadata
  const live = await client.for(resource).get({ name, namespace }, options)
  if (live.metadata.uid === uid && live.metadata.deletionTimestamp === undefined) return
  throw new StatusError(409, 'Conflict', `${namespace}/${name} has been deleted or replaced`)
}

/** Undefined when the object is gone, or is not the one that the cache shows. */
async function patchMetadata<T extends KubeObject>(
  client: Client,
  resource: Resource<T>,
  object: Cached<T>,
  change: object,
  options: { signal: AbortSignal },
): Promise<Cached<T> | undefined> {
  const { name, namespace, uid } = object.metadata
  // The UID makes the server refuse the patch when the name has been taken by another object.
  const patch = { type: 'strategic', body: { metadata: { ...change, uid } } } as const
  try {
    return (await client.for(resource).patch({ name, namespace }, patch, options)) as Cached<T>
  } catch (error) {
    if (hasReason(error, 'NotFound', 'Invalid')) return undefined
    throw error
  }
}
