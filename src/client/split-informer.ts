import type { KubeObject, Resource } from '../api/index.ts'
import type { Cached, IndexValues } from './object-store.ts'
import type { Informer, InformerHandler, Informers, ListCallOptions } from './types.ts'

type Scope = Pick<ListCallOptions, 'namespace' | 'fieldSelector' | 'labelSelector'>

/**
 * Answers for many who each want the objects with another value of one field, such as the pods of
 * each of a thousand nodes, from one informer over all objects: one watch instead of a thousand.
 * Scopes other than `field=value` are the shared informers' own.
 */
export class SplitInformers implements Informers {
  readonly #shared: Informers
  readonly #splits = new Map<string, unknown>()

  constructor(shared: Informers) {
    this.#shared = shared
  }

  for<T extends KubeObject>(resource: Resource<T>, scope: Scope = {}): Informer<T> {
    const { fieldSelector = '', namespace = '', labelSelector = '' } = scope
    const [, field = '', value = ''] = /^([\w.]+)=([^,=!]*)$/.exec(fieldSelector) ?? []
    const read = readerOf(resource, field)
    if (!read || namespace !== '' || labelSelector !== '') return this.#shared.for(resource, scope)
    const key = `${resource.group}/${resource.version}/${resource.plural} ${field}`
    const known = this.#splits.get(key)
    if (known instanceof SplitInformer) return known.part(value)
    const split = new SplitInformer<T>(this.#shared.for(resource), field, read)
    this.#splits.set(key, split)
    return split.part(value)
  }

  drop(resource: Pick<Resource, 'group' | 'version' | 'plural'>): void {
    this.#shared.drop(resource)
  }

  run(options: { signal: AbortSignal }): Promise<void> {
    return this.#shared.run(options)
  }
}

function readerOf<T extends KubeObject>(
  resource: Resource<T>,
  field: string,
): ((object: Cached<T>) => string) | undefined {
  if (field === 'metadata.name') return (object) => object.metadata.name
  const read = resource.selectableFields[field]
  // Readers only read.
  return read && ((object) => read(object as KubeObject as T))
}

/**
 * One informer's objects, told apart by a value of theirs. An object that moves from one part to
 * another is told as deleted here and added there.
 */
class SplitInformer<T extends KubeObject> {
  readonly #source: Informer<T>
  readonly #index: string
  readonly #valueOf: (object: Cached<T>) => string
  readonly #handlers = new Map<string, Set<InformerHandler<T>>>()

  /** `index` is a name of its own among the source's indexes. */
  constructor(source: Informer<T>, index: string, valueOf: (object: Cached<T>) => string) {
    this.#source = source
    this.#index = index
    this.#valueOf = valueOf
    source.addIndex(index, (object) => [valueOf(object)])
    source.addHandler(({ old, now }) => this.#tell(old, now))
  }

  part(value: string): Informer<T> {
    return new Part(
      this.#source,
      { index: this.#index, value, valueOf: this.#valueOf },
      (handler) => this.#add(value, handler),
    )
  }

  #add(value: string, handler: InformerHandler<T>): () => void {
    const handlers = this.#handlers.get(value) ?? new Set()
    this.#handlers.set(value, handlers.add(handler))
    for (const object of this.#source.byIndex(this.#index, value)) {
      handler({ old: undefined, now: object })
    }
    return () => {
      if (handlers.delete(handler) && handlers.size === 0) this.#handlers.delete(value)
    }
  }

  #tell(old: Cached<T> | undefined, now: Cached<T> | undefined): void {
    const from = old && this.#valueOf(old)
    const to = now && this.#valueOf(now)
    if (from === to && to !== undefined) return this.#tellPart(to, { old, now })
    if (from !== undefined) this.#tellPart(from, { old, now: undefined })
    if (to !== undefined) this.#tellPart(to, { old: undefined, now })
  }

  #tellPart(value: string, change: Parameters<InformerHandler<T>>[0]): void {
    for (const handler of this.#handlers.get(value) ?? []) handler(change)
  }
}

interface PartOf<T extends KubeObject> {
  readonly index: string
  readonly value: string
  readonly valueOf: (object: Cached<T>) => string
}

class Part<T extends KubeObject> implements Informer<T> {
  readonly resource: Resource<T>
  readonly addHandler: Informer<T>['addHandler']
  readonly #source: Informer<T>
  readonly #of: PartOf<T>

  constructor(source: Informer<T>, of: PartOf<T>, addHandler: Informer<T>['addHandler']) {
    this.resource = source.resource
    this.addHandler = addHandler
    this.#source = source
    this.#of = of
  }

  get synced(): boolean {
    return this.#source.synced
  }

  whenSynced(options: { signal: AbortSignal }): Promise<void> {
    return this.#source.whenSynced(options)
  }

  get(key: string): Cached<T> | undefined {
    const object = this.#source.get(key)
    return object && this.#isMine(object) ? object : undefined
  }

  list(): Iterable<Cached<T>> {
    return this.#source.byIndex(this.#of.index, this.#of.value)
  }

  inNamespace(namespace: string): Cached<T>[] {
    return [...this.list()].filter((object) => object.metadata.namespace === namespace)
  }

  byIndex(index: string, value: string): Cached<T>[] {
    return [...this.#source.byIndex(index, value)].filter((object) => this.#isMine(object))
  }

  addIndex(index: string, values: IndexValues<T>): void {
    this.#source.addIndex(index, values)
  }

  #isMine(object: Cached<T>): boolean {
    return this.#of.valueOf(object) === this.#of.value
  }
}
