import type { Clock, Log, Random } from '../../../base/index.ts'
import type { KubeObject, Resource } from '../../../api/index.ts'
import type { Kv, LeaseId, Revision } from '../../../kv/index.ts'
import type { Admission } from '../admission/chain.ts'
import type { ObjectCache } from '../cache/cache-view.ts'
import type { ResourceCodec } from '../codec.ts'
import { objectKey } from '../keys.ts'
import { ObjectRevision } from '../object-revision.ts'
import type { WriteOptions } from '../options.ts'
import type { FieldTracking } from './field-tracking.ts'
import type { User } from '../user.ts'

/** What a resource does beside its own key, such as taking addresses for a Service. */
export interface StoreHooks {
  /**
   * After a create (no `old`) or update was validated; may change `object`, or refuse. Undefined:
   * nothing was taken.
   */
  beginWrite?(write: HookedWrite): Promise<Begun | undefined>
  /** After the object is gone. */
  afterDelete?(object: KubeObject): Promise<void>
}

export interface HookedWrite {
  readonly object: KubeObject
  readonly old: KubeObject | undefined
  readonly dryRun: boolean
}

/** What `beginWrite` took: to be kept when the write succeeded, or given back. */
export interface Begun {
  commit(): Promise<void>
  revert(): Promise<void>
}

/** How a webhook converts the objects of a resource. Both throw 500 with what it says. */
export interface Conversion {
  /** JSON objects in another version of the resource, in their order. */
  readonly convert: (
    objects: readonly KubeObject[],
    to: { desired: string; signal: AbortSignal },
  ) => Promise<KubeObject[]>
  /** An object's bytes as they come back once they are stored, which is in another version. */
  roundTrip(bytes: Uint8Array, options: { signal: AbortSignal }): Promise<Uint8Array>
}

/** One resource in the store: what the verbs of the registry work on. */
export interface Store {
  readonly resource: Resource
  readonly codec: ResourceCodec
  /** Who set which field. */
  readonly tracking: FieldTracking
  readonly kv: Kv
  readonly cache: ObjectCache
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly admission: Admission
  readonly hooks: StoreHooks
  /** A lease for new and changed keys: objects that live for a time only. */
  readonly lease: (() => Promise<LeaseId>) | undefined
  /** Only of resources between whose versions a webhook converts. */
  readonly conversion?: Conversion | undefined
}

/** Who asks for what, the same for every verb. */
export interface Call {
  readonly user: User
  /** Empty for cluster-scoped kinds. */
  readonly namespace: string
  /** Ends the request: the client went away or the server stops. */
  readonly signal: AbortSignal
  /** Texts for `Warning` headers; verbs add to it. */
  readonly warnings: string[]
  /** Names the field manager of writes that name none. */
  readonly userAgent?: string
  /** Annotations of the request's audit event; verbs and admission add to it. */
  readonly annotations?: Map<string, string>
  /** Throws 403 when a write that finds nothing may not create it. */
  readonly requireCreate?: () => Promise<void>
}

export interface WriteCall extends Call {
  readonly options: WriteOptions
}

/** Tells the client, once, even if a write has to be tried again. */
export function addWarnings(call: Call, texts: readonly string[] = []): void {
  for (const text of texts) if (!call.warnings.includes(text)) call.warnings.push(text)
}

/** An answer: a revision that is stored, or an object that is not (dry run). */
export type Served = ObjectRevision | KubeObject

/** What errors call an object: a custom one may claim to be of another kind. */
export function kindOf(store: Store, object: KubeObject): { group: string; kind: string } {
  // As upstream, which judges objects in the form in which it keeps them.
  const { group, kind } = store.resource.storedAs?.resource ?? store.resource
  return { group, kind: object.kind ?? kind }
}

export function keyOf(store: Store, call: Call, name: string): string {
  return objectKey(store.resource, { namespace: call.namespace, name })
}

/** The newest state, linearizable. */
export async function fetch(
  store: Store,
  key: string,
  signal: AbortSignal,
): Promise<ObjectRevision | undefined> {
  const { kv } = await store.kv.get(key, { signal })
  if (!kv) return undefined
  const cached = store.cache.get(key)
  // The keys that values are sealed with may have changed since.
  if (cached?.revision === kv.modRevision && !kv.stale) return cached
  return ObjectRevision.fromStored(store.codec, kv)
}

export { timestamp } from './time.ts'

/** Bytes as they will be stored at `revision`, to be served. */
export function served(
  store: Store,
  key: string,
  at: { stored: Uint8Array; revision: Revision },
): ObjectRevision {
  return ObjectRevision.of(store.codec, key, at)
}

/** The object as a client would get it back, without being stored. */
export function unstored(store: Store, bytes: Uint8Array, version?: string): KubeObject {
  const { codec } = store
  const object = codec.resource.storedAs ? codec.decodeStored(bytes) : codec.parse(bytes)
  if (version) object.metadata.resourceVersion = version
  return object
}
