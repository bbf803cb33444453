import { hasReason } from '../../base/index.ts'
import type { DeleteOptions, KubeObject, OwnerReference, Stored } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  blocks,
  FOREGROUND,
  hasFinalizer,
  isGoing,
  ORPHAN,
  OwnerGraph,
  type OwnerState,
  type Place,
  waitsForDependents,
} from './owner-graph.ts'
import { type Cached, type Controller, type ControllerContext, done } from './runtime.ts'

/** UIDs that are known to be gone, so that many dependents of one owner ask only once. */
const ABSENT_MAX = 500

type Call = { signal: AbortSignal }

/**
 * Deletes what has lost its last owner, in the background; on request dependents before their owner
 * (foreground), or lets them live without it (orphan).
 */
export function garbageCollector(context: ControllerContext): Controller {
  const collector = new GarbageCollector(context)
  return {
    name: 'garbage-collector-controller',
    workers: 20,
    sources: collector.graph.sources(),
    reconcile: (key, options) => collector.reconcile(key, options),
  }
}

class GarbageCollector {
  readonly graph: OwnerGraph
  readonly #context: ControllerContext
  readonly #absent = new Set<string>()

  constructor(context: ControllerContext) {
    this.#context = context
    this.graph = new OwnerGraph(context)
  }

  async reconcile(key: ObjectKey, options: Call): Promise<ReconcileResult> {
    const place = this.graph.place(key)
    const cached = place && this.graph.get(place)
    if (!place || !cached) return done
    if (isGoing(cached) && hasFinalizer(cached, ORPHAN)) {
      await this.#orphan(place, cached, options)
    } else if (waitsForDependents(cached)) {
      await this.#releaseOwner(place, cached, options)
    } else if (!isGoing(cached) && (cached.metadata.ownerReferences ?? []).length > 0) {
      await this.#collect(place, cached, options)
    }
    return done
  }

  /** Takes the owner out of its dependents' references, then lets it go. */
  async #orphan(place: Place, owner: Cached<KubeObject>, options: Call): Promise<void> {
    for (const dependent of this.graph.dependents(owner.metadata.uid)) {
      const keep = (reference: OwnerReference) => reference.uid !== owner.metadata.uid
      await this.#patchOwners(dependent.place, dependent.object, keep, options)
    }
    await this.#removeFinalizer(place, owner, ORPHAN, options)
  }

  /** Lets an owner go when none of the dependents that it waits for is left. */
  async #releaseOwner(place: Place, owner: Cached<KubeObject>, options: Call): Promise<void> {
    const { uid } = owner.metadata
    for (const { object } of this.graph.dependents(uid)) if (blocks(object, uid)) return
    await this.#removeFinalizer(place, owner, FOREGROUND, options)
  }

  /** Deletes an object whose owners are all gone or wait for it to go. */
  async #collect(place: Place, cached: Cached<KubeObject>, options: Call): Promise<void> {
    const known = this.#statesInCache(place, cached)
    if (known.every((state) => state === 'solid')) return
    const live = await this.#live(place, cached, options)
    if (!live || live.metadata.deletionTimestamp !== undefined) return
    const states = new Map<string, OwnerState>()
    for (const reference of live.metadata.ownerReferences ?? []) {
      states.set(reference.uid, await this.#stateOf(place, reference, options))
    }
    const all = [...states.values()]
    if (all.every((state) => state === 'solid')) return
    if (all.includes('solid')) {
      const keep = (reference: OwnerReference) => states.get(reference.uid) === 'solid'
      await this.#patchOwners(place, live as Cached<KubeObject>, keep, options)
      return
    }
    const foreground = all.includes('waiting') && this.graph.hasDependents(live.metadata.uid)
    if (foreground) await this.#unblock(place, live as Cached<KubeObject>, options)
    await this.#delete(place, live, foreground ? 'Foreground' : policyOf(live), options)
  }

  #statesInCache(place: Place, object: Cached<KubeObject>): (OwnerState | undefined)[] {
    const references = object.metadata.ownerReferences ?? []
    return references.map((reference) => this.graph.stateOf(place, reference))
  }

  /** Nothing is deleted on the word of a cache: an owner is absent only if the server says so. */
  async #stateOf(place: Place, reference: OwnerReference, options: Call): Promise<OwnerState> {
    const known = this.graph.stateOf(place, reference)
    if (known) return known
    if (this.#absent.has(reference.uid)) return 'absent'
    const owner = this.graph.ownerPlace(place, reference)
    // Of a kind that we do not know, or in no namespace that could be told: not ours to judge.
    if (!owner) return 'solid'
    try {
      const live = await this.#context.client.for(owner.resource).get(owner, options)
      if (live.metadata.uid === reference.uid) {
        return waitsForDependents(live as Cached<KubeObject>) ? 'waiting' : 'solid'
      }
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
    this.#noteAbsent(reference.uid)
    return 'absent'
  }

  #noteAbsent(uid: string): void {
    this.#absent.add(uid)
    if (this.#absent.size <= ABSENT_MAX) return
    for (const oldest of this.#absent) {
      this.#absent.delete(oldest)
      return
    }
  }

  /** Dependents that wait themselves must not block this one, or a circle would wait for ever. */
  async #unblock(place: Place, object: Cached<KubeObject>, options: Call): Promise<void> {
    const { uid } = object.metadata
    const circular = [...this.graph.dependents(uid)].some((d) => waitsForDependents(d.object))
    if (!circular) return
    const references = (object.metadata.ownerReferences ?? []).map((reference) => ({
      ...reference,
      blockOwnerDeletion: false,
    }))
    await this.#patch(place, object, { ownerReferences: references }, options)
  }

  async #live(
    place: Place,
    cached: Cached<KubeObject>,
    options: Call,
  ): Promise<Stored<KubeObject> | undefined> {
    try {
      const live = await this.#context.client.for(place.resource).get(place, options)
      return live.metadata.uid === cached.metadata.uid ? live : undefined
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  async #delete(
    place: Place,
    live: Stored<KubeObject>,
    propagationPolicy: string,
    options: Call,
  ): Promise<void> {
    const { uid } = live.metadata
    const body: DeleteOptions = { propagationPolicy, preconditions: { uid } }
    try {
      await this.#context.client.for(place.resource).delete(place, body, options)
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error
    }
  }

  async #patchOwners(
    place: Place,
    object: Cached<KubeObject>,
    keep: (reference: OwnerReference) => boolean,
    options: Call,
  ): Promise<void> {
    const all = object.metadata.ownerReferences ?? []
    const kept = all.filter((reference) => keep(reference))
    if (kept.length === all.length) return
    await this.#patch(place, object, { ownerReferences: kept }, options)
  }

  async #removeFinalizer(
    place: Place,
    object: Cached<KubeObject>,
    finalizer: string,
    options: Call,
  ): Promise<void> {
    const finalizers = (object.metadata.finalizers ?? []).filter((name) => name !== finalizer)
    await this.#patch(place, object, { finalizers }, options)
  }

  /** The version makes the server refuse (409) should the object have changed since. */
  async #patch(
    place: Place,
    object: Cached<KubeObject>,
    change: object,
    options: Call,
  ): Promise<void> {
    const { uid, resourceVersion } = object.metadata
    const body = { metadata: { uid, resourceVersion, ...change } }
    try {
      await this.#context.client.for(place.resource).patch(place, { type: 'merge', body }, options)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
  }
}

/** What the object's own finalizers ask for. */
function policyOf(live: Stored<KubeObject>): string {
  if (live.metadata.finalizers?.includes(ORPHAN)) return 'Orphan'
  return live.metadata.finalizers?.includes(FOREGROUND) ? 'Foreground' : 'Background'
}
