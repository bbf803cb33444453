import type { ConversionWebhook, KubeObject } from '../../../api/index.ts'
import type { KeyValue, Kv, KvEvent, Revision, WatchBatch } from '../../../kv/index.ts'
import { passedOn } from '../passed-on.ts'
import type { Conversion } from '../registry/store.ts'
import type { Converter } from './conversion.ts'

/** Stored objects that are sent in one review hold about so many bytes: an answer is limited. */
const REVIEW_BYTES = 512 * 1024

export interface Converting {
  readonly converter: Converter
  readonly webhook: ConversionWebhook
  /** The version in which objects are handed out and taken. */
  readonly shown: string
  /** The version in which they are stored from now on; some may be stored in others still. */
  readonly stored: string
  /** The bytes to be stored of an object in the version that is stored. */
  encode(object: KubeObject): Uint8Array
  /** What is to be stored of bytes that have been there and back. */
  readonly written: WeakMap<Uint8Array, Uint8Array>
  /** What is known already of a key at a revision. */
  known(key: string, revision: Revision): Uint8Array | undefined
}

/** A store of one version's objects, over one that keeps them in another. */
export function convertingKv(kv: Kv, of: Converting): Kv {
  const read = async (items: readonly KeyValue[], signal: AbortSignal | undefined) =>
    readAll(of, items, signal ?? NEVER)
  const readOne = async (item: KeyValue | undefined, signal: AbortSignal | undefined) =>
    item && (await read([item], signal))[0]
  const write = (value: Uint8Array, signal: AbortSignal | undefined) =>
    toStored(of, value, signal ?? NEVER)
  return {
    ...passedOn(kv),
    async get(key, options) {
      const { revision, kv: found } = await kv.get(key, options)
      return { revision, kv: await readOne(found, options?.signal) }
    },
    async list(prefix, options) {
      const result = await kv.list(prefix, options)
      if (options?.keysOnly) return result
      return { ...result, kvs: await read(result.kvs, options?.signal) }
    },
    async create(key, value, options) {
      return kv.create(key, await write(value, options?.signal), options)
    },
    async update(key, value, expected, options) {
      const signal = options?.signal
      const result = await kv.update(key, await write(value, signal), expected, options)
      if (result.kind === 'ok') return result
      return { ...result, current: await readOne(result.current, signal) }
    },
    async delete(key, expected, options) {
      const result = await kv.delete(key, expected, options)
      // What was deleted is known to whoever named its revision.
      if (result.kind === 'ok') return result
      return { ...result, current: await readOne(result.current, options?.signal) }
    },
    async *watch(prefix, options): AsyncGenerator<WatchBatch> {
      for await (const batch of kv.watch(prefix, options)) {
        const puts = batch.events.flatMap((event) => (event.type === 'put' ? [event.kv] : []))
        const converted = await read(puts, options.signal)
        const events = batch.events.map((event): KvEvent => {
          if (event.type !== 'put') return { ...event, previous: undefined }
          return { ...event, kv: converted.shift() ?? event.kv, previous: undefined }
        })
        yield { ...batch, events }
      }
    },
  }
}

/** What else the store's users need of the webhook. */
export function conversionOf(of: Converting): Conversion {
  const { converter, webhook, shown: desired } = of
  return {
    convert: (objects, to) => converter.convert(webhook, objects, to),
    async roundTrip(bytes, { signal }) {
      const stored = await toStored(of, bytes, signal)
      const object = stored === bytes ? undefined : parse(stored)
      if (!object) return bytes
      const [back] = await converter.convert(webhook, [object], { desired, signal })
      const returned = Buffer.from(JSON.stringify(back))
      of.written.set(returned, stored)
      return returned
    },
  }
}

const NEVER = new AbortController().signal

async function readAll(
  of: Converting,
  items: readonly KeyValue[],
  signal: AbortSignal,
): Promise<KeyValue[]> {
  const values = items.map((item) => readable(of, item))
  let asked: { index: number; object: KubeObject }[] = []
  let bytes = 0
  const ask = async () => {
    const objects = asked.map(({ object }) => object)
    const converted = await of.converter.convert(of.webhook, objects, {
      desired: of.shown,
      signal,
    })
    for (const [i, { index }] of asked.entries()) {
      const value = Buffer.from(JSON.stringify(converted[i]))
      values[index] = { ...values[index], value } as KeyValue
    }
    asked = []
    bytes = 0
  }
  for (const [index, value] of values.entries()) {
    if ('key' in value) continue
    asked.push({ index, object: value.object })
    values[index] = value.item
    bytes += value.item.value.length
    if (bytes > REVIEW_BYTES) await ask()
  }
  await ask()
  return values as KeyValue[]
}

// What is no object is left as it is: whoever reads it says so.
function readable(
  of: Converting,
  item: KeyValue,
): KeyValue | { readonly item: KeyValue; readonly object: KubeObject } {
  const object = parse(item.value)
  if (!object) return item
  // What is stored in another version is written again, even if nothing else changes.
  const marked = object.apiVersion === of.stored ? item : { ...item, stale: true }
  if (object.apiVersion === of.shown) return marked
  const known = of.known(item.key, item.modRevision)
  return known ? { ...marked, value: known } : { item: marked, object }
}

function parse(value: Uint8Array): KubeObject | undefined {
  try {
    const object = JSON.parse(Buffer.from(value).toString('utf8')) as KubeObject | null
    return object && typeof object.metadata === 'object' ? object : undefined
  } catch {
    return undefined
  }
}

async function toStored(
  of: Converting,
  value: Uint8Array,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const written = of.shown === of.stored ? value : of.written.get(value)
  if (written) return written
  const object = parse(value)
  if (!object) return value
  const desired = of.stored
  const [converted = object] = await of.converter.convert(of.webhook, [object], { desired, signal })
  return of.encode(converted)
}
