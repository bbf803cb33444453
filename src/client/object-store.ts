import type { DeepReadonly } from '../base/index.ts'
import type { KubeObject, Stored } from '../api/index.ts'
import type { ObjectKey } from './types.ts'

export type Cached<T extends KubeObject> = DeepReadonly<Stored<T>>
export type IndexValues<T extends KubeObject> = (object: Cached<T>) => readonly string[]

interface Index<T extends KubeObject> {
  readonly values: IndexValues<T>
  readonly keys: Map<string, Set<ObjectKey>>
}

const BY_NAMESPACE = 'namespace'

/** Objects by key and by named indexes, in the order in which their keys first came. */
export class ObjectStore<T extends KubeObject> {
  readonly #objects = new Map<ObjectKey, Cached<T>>()
  readonly #indexes = new Map<string, Index<T>>()

  constructor() {
    this.addIndex(BY_NAMESPACE, (object) => [object.metadata.namespace ?? ''])
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: ObjectKey): Cached<T> | undefined {
    return this.#objects.get(key)
  }

  keys(): Iterable<ObjectKey> {
    return this.#objects.keys()
  }

  values(): Iterable<Cached<T>> {
    return this.#objects.values()
  }

  inNamespace(namespace: string): Cached<T>[] {
    return this.byIndex(BY_NAMESPACE, namespace)
  }

  byIndex(name: string, value: string): Cached<T>[] {
    const index = this.#indexes.get(name)
    if (!index) throw new RangeError(`no index "${name}": add it with addIndex`)
    const found: Cached<T>[] = []
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key)
      if (object) found.push(object)
    }
    return found
  }

  addIndex(name: string, values: IndexValues<T>): void {
    if (this.#indexes.has(name)) return
    const index: Index<T> = { values, keys: new Map() }
    this.#indexes.set(name, index)
    for (const [key, object] of this.#objects) insert(index, key, object)
  }

  /** What was there before. */
  set(key: ObjectKey, object: Cached<T>): Cached<T> | undefined {
    const old = this.#objects.get(key)
    for (const index of this.#indexes.values()) {
      if (old) remove(index, key, old)
      insert(index, key, object)
    }
    this.#objects.set(key, object)
    return old
  }

  /** What was there. */
  delete(key: ObjectKey): Cached<T> | undefined {
    const old = this.#objects.get(key)
    if (!old) return undefined
    for (const index of this.#indexes.values()) remove(index, key, old)
    this.#objects.delete(key)
    return old
  }
}

function insert<T extends KubeObject>(index: Index<T>, key: ObjectKey, object: Cached<T>): void {
  for (const value of index.values(object)) {
    const keys = index.keys.get(value)
    if (keys) keys.add(key)
    else index.keys.set(value, new Set([key]))
  }
}

function remove<T extends KubeObject>(index: Index<T>, key: ObjectKey, object: Cached<T>): void {
  for (const value of index.values(object)) {
    const keys = index.keys.get(value)
    if (keys?.delete(key) && keys.size === 0) index.keys.delete(value)
  }
}
