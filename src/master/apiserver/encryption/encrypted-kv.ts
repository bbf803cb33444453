import { GrpcCode, KvError, type Random } from '../../../base/index.ts'
import type { KeyValue, Kv, KvEvent, WatchBatch } from '../../../kv/index.ts'
import type { Followed } from '../followed.ts'
import { passedOn } from '../passed-on.ts'
import { KmsError } from './kms.ts'
import type { Provider } from './providers.ts'

/** How the values of one resource are kept. */
export interface Sealing {
  /** The first seals; whichever has sealed a value opens it. */
  readonly providers: Followed<readonly Provider[]>
  readonly random: Random
}

/** A store whose values are sealed: for the keys of one resource. What it hands out is open. */
export function encryptedKv(kv: Kv, sealing: Sealing): Kv {
  const seal = (key: string, value: Uint8Array) => sealValue(sealing, key, value)
  const open = (item: KeyValue) => openValue(sealing, item)
  // One value that nobody can open must not hide the others: whoever reads it as an object fails.
  // While the plugin that has the key is away it is not that value's fault: all is asked again.
  const openOrLeave = async (item: KeyValue) => {
    try {
      return await open(item)
    } catch (error) {
      if (error instanceof KvError && error.code === GrpcCode.dataLoss) return item
      throw error
    }
  }
  return {
    ...passedOn(kv),
    async get(key, options) {
      const { revision, kv: found } = await kv.get(key, options)
      return { revision, kv: found && (await open(found)) }
    },
    async list(prefix, options) {
      const result = await kv.list(prefix, options)
      if (options?.keysOnly) return result
      return { ...result, kvs: await Promise.all(result.kvs.map(openOrLeave)) }
    },
    async create(key, value, options) {
      return kv.create(key, await seal(key, value), options)
    },
    async update(key, value, expected, options) {
      const result = await kv.update(key, await seal(key, value), expected, options)
      return result.kind === 'ok'
        ? result
        : { ...result, current: result.current && (await open(result.current)) }
    },
    async delete(key, expected, options) {
      const result = await kv.delete(key, expected, options)
      if (result.kind === 'ok') return { ...result, previous: await open(result.previous) }
      return { ...result, current: result.current && (await open(result.current)) }
    },
    async *watch(prefix, options): AsyncGenerator<WatchBatch> {
      for await (const batch of kv.watch(prefix, options)) {
        const events = batch.events.map((event) => openEvent(event, openOrLeave))
        yield { ...batch, events: await Promise.all(events) }
      }
    },
  }
}

async function openEvent(
  event: KvEvent,
  open: (item: KeyValue) => Promise<KeyValue>,
): Promise<KvEvent> {
  const previous = event.previous && (await open(event.previous))
  if (event.type !== 'put') return { ...event, previous }
  return { ...event, kv: await open(event.kv), previous }
}

async function sealValue(
  { providers, random }: Sealing,
  key: string,
  value: Uint8Array,
): Promise<Uint8Array> {
  const [first] = providers()
  if (!first || first.prefix === '') return value
  try {
    return Buffer.concat([Buffer.from(first.prefix), await first.seal(value, { key, random })])
  } catch (cause) {
    if (!(cause instanceof KmsError)) throw cause
    throw new KvError(GrpcCode.unavailable, cause.message, { cause })
  }
}

const SEALED = Buffer.from('k8s:enc:')

async function openValue({ providers, random }: Sealing, item: KeyValue): Promise<KeyValue> {
  const { key, value } = item
  const isSealed = Buffer.compare(value.subarray(0, SEALED.length), SEALED) === 0
  for (const [index, provider] of providers().entries()) {
    const prefix = Buffer.from(provider.prefix)
    const fits = isSealed
      ? prefix.length > 0 && Buffer.compare(value.subarray(0, prefix.length), prefix) === 0
      : prefix.length === 0
    if (!fits) continue
    try {
      const opened = await provider.open(value.subarray(prefix.length), { key, random })
      const isBare = opened instanceof Uint8Array
      // What another key has sealed is to be written again, even if nothing else changes.
      const isStale = index > 0 || (!isBare && opened.stale)
      return { ...item, value: isBare ? opened : opened.value, ...(isStale && { stale: true }) }
    } catch (cause) {
      if (cause instanceof KmsError) {
        throw new KvError(GrpcCode.unavailable, cause.message, { cause })
      }
      throw unreadable(key, cause)
    }
  }
  throw unreadable(key)
}

function unreadable(key: string, cause?: unknown): KvError {
  const text = `the value of ${key} cannot be opened with any key of the encryption configuration`
  return new KvError(GrpcCode.dataLoss, text, { cause })
}
