import type { DeepReadonly } from '../../base/index.ts'
import {
  keyOf,
  type KubeObject,
  type OwnerReference,
  type Resource,
  splitKey,
} from '../../api/index.ts'
import type { Informer, ObjectKey } from '../../client/index.ts'
import { customSource } from './custom-sources.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type ControllerContext,
  type Source,
} from './runtime.ts'

export const FOREGROUND = 'foregroundDeletion'
export const ORPHAN = 'orphan'

const BY_OWNER = 'owner'

type ReadObject = Cached<KubeObject>

/** An object of some resource, by name. */
export interface Place {
  readonly resource: Resource
  readonly name: string
  readonly namespace: string
}

/** `absent`: gone for good. `waiting`: is being deleted, and waits for its dependents to go first. */
export type OwnerState = 'solid' | 'waiting' | 'absent'

export function isGoing(object: ReadObject): boolean {
  return object.metadata.deletionTimestamp !== undefined
}

export function hasFinalizer(object: ReadObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false
}

export function waitsForDependents(object: ReadObject): boolean {
  return isGoing(object) && hasFinalizer(object, FOREGROUND)
}

/** Whether the owner with this UID, deleted in the foreground, waits for the object. */
export function blocks(object: ReadObject, ownerUid: string): boolean {
  const owners = object.metadata.ownerReferences ?? []
  return owners.some((owner) => owner.uid === ownerUid && owner.blockOwnerDeletion === true)
}

/** Who owns whom, over all resources of the API, read from their informers. */
export class OwnerGraph {
  readonly #informers = new Map<string, Informer<KubeObject>>()

  readonly #context: ControllerContext

  constructor(context: ControllerContext) {
    this.#context = context
    for (const resource of context.resources) if (isCollected(resource)) this.#follow(resource)
  }

  sources(): Source[] {
    const custom = customSource(this.#context, {
      add: (resource) => this.#changes(this.#follow(resource)),
      remove: (resource) => this.#informers.delete(nameOf(resource)),
      waiting: (resource) => this.#waiting(resource),
    })
    const declared = [...this.#informers.values()].map((informer) => this.#changes(informer))
    return custom ? [...declared, custom] : declared
  }

  #follow(resource: Resource): Informer<KubeObject> {
    const informer = this.#context.informers.for(resource)
    informer.addIndex(BY_OWNER, (object) =>
      (object.metadata.ownerReferences ?? []).map((owner) => owner.uid),
    )
    this.#informers.set(nameOf(resource), informer)
    return informer
  }

  #changes(informer: Informer<KubeObject>): Source {
    return changesOf(informer, (change) => this.#affected(informer.resource, change))
  }

  /** Whatever an object of this resource owns: it could not be judged before the kind was known. */
  *#waiting({ group, kind }: Resource): Iterable<ObjectKey> {
    const isOf = (owner: DeepReadonly<OwnerReference>) =>
      owner.kind === kind && owner.apiVersion.startsWith(`${group}/`)
    for (const informer of this.#informers.values()) {
      for (const object of informer.list()) {
        const owned = (object.metadata.ownerReferences ?? []).some(isOf)
        if (owned) yield keyIn(informer.resource, object)
      }
    }
  }

  /** The inverse of a key handed out by `sources`; undefined when its kind is gone since. */
  place(key: ObjectKey): Place | undefined {
    const bar = key.indexOf('|')
    const informer = this.#informers.get(key.slice(0, bar))
    if (!informer) return undefined
    return { resource: informer.resource, ...splitKey(key.slice(bar + 1)) }
  }

  get(place: Place): ReadObject | undefined {
    const { namespace, name } = place
    return this.#informers
      .get(nameOf(place.resource))
      ?.get(keyOf({ metadata: { namespace, name } }))
  }

  *dependents(uid: string): Iterable<{ place: Place; object: ReadObject }> {
    for (const informer of this.#informers.values()) {
      for (const object of informer.byIndex(BY_OWNER, uid)) {
        yield { place: placeOf(informer.resource, object), object }
      }
    }
  }

  hasDependents(uid: string): boolean {
    for (const _ of this.dependents(uid)) return true
    return false
  }

  /** What the cache says of an owner; undefined when it does not show it. */
  stateOf(dependent: Place, reference: DeepReadonly<OwnerReference>): OwnerState | undefined {
    const owner = this.ownerPlace(dependent, reference)
    const object = owner && this.get(owner)
    if (!object || object.metadata.uid !== reference.uid) return undefined
    return waitsForDependents(object) ? 'waiting' : 'solid'
  }

  /** Undefined when the reference names a kind that is not served, or no namespace for it. */
  ownerPlace(dependent: Place, reference: DeepReadonly<OwnerReference>): Place | undefined {
    const slash = reference.apiVersion.indexOf('/')
    const group = slash < 0 ? '' : reference.apiVersion.slice(0, slash)
    for (const { resource } of this.#informers.values()) {
      if (resource.kind !== reference.kind || resource.group !== group) continue
      if (resource.namespaced && dependent.namespace === '') return undefined
      const namespace = resource.namespaced ? dependent.namespace : ''
      return { resource, name: reference.name, namespace }
    }
    return undefined
  }

  /** Keys of all objects that a change may make ready to be deleted, orphaned or released. */
  *#affected(resource: Resource, { old, now }: Change<KubeObject>): Iterable<ObjectKey> {
    if (now && this.#needsCare(placeOf(resource, now), now)) yield keyIn(resource, now)
    const gone = old && (!now || now.metadata.uid !== old.metadata.uid)
    const begins = now && waitsForDependents(now) && !(old && waitsForDependents(old))
    const changed = gone ? old : begins ? now : undefined
    if (changed) {
      for (const { place, object } of this.dependents(changed.metadata.uid)) {
        yield keyIn(place.resource, object)
      }
    }
    // An owner that waits looks again whenever one of its dependents goes or no longer blocks it.
    for (const reference of old?.metadata.ownerReferences ?? []) {
      const owner = this.ownerPlace(placeOf(resource, old ?? now), reference)
      const object = owner && this.get(owner)
      if (object && waitsForDependents(object)) yield keyIn(owner.resource, object)
    }
  }

  #needsCare(place: Place, object: ReadObject): boolean {
    if (isGoing(object)) return hasFinalizer(object, ORPHAN) || hasFinalizer(object, FOREGROUND)
    const owners = object.metadata.ownerReferences ?? []
    return owners.some((reference) => this.stateOf(place, reference) !== 'solid')
  }
}

/** Events are many, short-lived, and own nothing (as upstream, they are left out). */
function isCollected(resource: Resource): boolean {
  const { verbs, plural } = resource
  if (plural === 'events') return false
  return ['delete', 'get', 'list', 'patch', 'watch'].every((verb) => verbs.includes(verb))
}

function nameOf(resource: Resource): string {
  return `${resource.plural}.${resource.group}`
}

function keyIn(resource: Resource, object: ReadObject): ObjectKey {
  return `${nameOf(resource)}|${keyOf(object)}`
}

function placeOf(resource: Resource, object: ReadObject | undefined): Place {
  const { name = '', namespace = '' } = object?.metadata ?? {}
  return { resource, name, namespace }
}
