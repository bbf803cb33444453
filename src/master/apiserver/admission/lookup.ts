import type { DeepReadonly } from '../../../base/index.ts'
import type { KubeObject, Resource } from '../../../api/index.ts'
import { namespacePrefix, objectKey } from '../keys.ts'
import type { ObjectRevision } from '../object-revision.ts'
import { fetch, type Store } from '../registry/store.ts'

/** A resource in the version in which the server stores it. */
export interface ResourceName {
  readonly group: string
  readonly plural: string
}

/** What is served, in which versions. */
export interface ServedLookup {
  storeAt(at: { group: string; version: string; plural: string }): Store | undefined
  storeOfKind(apiVersion: string, kind: string): Store | undefined
  /** All resources that show the same objects as the one at `at`. */
  family(at: { group: string; version: string; plural: string }): readonly Resource[]
}

const NOTHING_SERVED: ServedLookup = {
  storeAt: () => undefined,
  storeOfKind: () => undefined,
  family: () => [],
}

/** Reads objects that admission depends on. What it gives is shared: nobody changes it. */
export interface Lookup extends ServedLookup {
  /** From the cache, or from the store when it is not there. */
  find<T extends KubeObject>(of: ResourceName, at: Place): Promise<DeepReadonly<T> | undefined>
  /** From the cache, as far as that has come. */
  cached<T extends KubeObject>(
    of: ResourceName,
    at: { namespace?: string; name: string },
  ): DeepReadonly<T> | undefined
  /** From the store. */
  findNewest<T extends KubeObject>(
    of: ResourceName,
    at: Place,
  ): Promise<DeepReadonly<T> | undefined>
  /**
   * From the cache, in the order of names; of all namespaces when none is named. The same array
   * until something changes.
   */
  list<T extends KubeObject>(
    of: ResourceName,
    at?: { namespace?: string },
  ): readonly DeepReadonly<T>[]
  /** The store itself, for plugins that write. Undefined when the resource is not served. */
  store(of: ResourceName): Store | undefined
}

export interface Place {
  readonly namespace?: string
  readonly name: string
  readonly signal: AbortSignal
}

/** `store` finds what is served by group and plural. */
export function lookupIn(
  store: (of: ResourceName) => Store | undefined,
  served: ServedLookup = NOTHING_SERVED,
): Lookup {
  // One parse for each revision, however often it is looked at.
  const parsed = new WeakMap<ObjectRevision, KubeObject>()
  const read = <T>(revision: ObjectRevision | undefined): DeepReadonly<T> | undefined => {
    if (!revision) return undefined
    let object = parsed.get(revision)
    if (!object) {
      object = revision.parse()
      parsed.set(revision, object)
    }
    return object as DeepReadonly<T>
  }
  const lists = new WeakMap<readonly ObjectRevision[], readonly DeepReadonly<KubeObject>[]>()
  const readAll = <T>(revisions: readonly ObjectRevision[]): readonly DeepReadonly<T>[] => {
    let objects = lists.get(revisions)
    if (!objects) {
      objects = revisions.flatMap((revision) => read<KubeObject>(revision) ?? [])
      lists.set(revisions, objects)
    }
    return objects as readonly DeepReadonly<T>[]
  }
  const newest: Lookup['find'] = async (name, at) => {
    const of = store(name)
    if (!of) return undefined
    return read(await fetch(of, objectKey(of.resource, at), at.signal))
  }
  return {
    store,
    storeAt: (at) => served.storeAt(at),
    storeOfKind: (apiVersion, kind) => served.storeOfKind(apiVersion, kind),
    family: (at) => served.family(at),
    cached<T extends KubeObject>(name: ResourceName, at: { namespace?: string; name: string }) {
      const of = store(name)
      return read<T>(of?.cache.get(objectKey(of.resource, at)))
    },
    findNewest: newest,
    find<T extends KubeObject>(name: ResourceName, at: Place) {
      const of = store(name)
      const cached = of?.cache.get(objectKey(of.resource, at))
      return cached ? Promise.resolve(read<T>(cached)) : newest<T>(name, at)
    },
    list<T extends KubeObject>(name: ResourceName, at: { namespace?: string } = {}) {
      const of = store(name)
      if (!of) return []
      return readAll<T>(of.cache.list(namespacePrefix(of.resource, at.namespace)))
    },
  }
}
