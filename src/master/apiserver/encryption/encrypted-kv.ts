import { GrpcCode, KvError, type Random } from '../../../base/index.ts'
import type { KeyValue, Kv, KvEvent, WatchBatch } from '../../../kv/index.ts'
import { passedOn } from '../passed-on.ts'
import type { Provider } from './providers.ts'

/** How the values of one resource are kept. */
export interface Sealing {
  /** The first seals; whichever has sealed a value opens it. */
  readonly providers: readonly Provider[]
  readonly random: Random
}

/** A store whose values are sealed: for the keys of one resource. What it hands out is open. */
export function encryptedKv(kv: Kv, sealing: Sealing): Kv {
  const seal = (key: string, value: Uint8Array) => sealValue(sealing, key, value)
  const open = (item: KeyValue) => openValue(sealing, item)
  // One value that nobody can open must not hide the others: whoever reads it as an object fails.
  const openOrLeave = (item: KeyValue) => {
    try {
      return open(item)
    } catch (error) {
      if (error instanceof KvError) return item
      throw error
    }
  }
  return {
    ...passedOn(kv),
    async get(key, options) {
      const { revision, kv: found } = await kv.get(key, options)
      return { revision, kv: found && open(found) }
    },
    async list(prefix, options) {
      const result = await kv.list(prefix, options)
      return options?.keysOnly ? result : { ...result, kvs: result.kvs.map(openOrLeave) }
    },
    create: (key, value, options) => kv.create(key, seal(key, value), options),
    async update(key, value, expected, options) {
      const result = await kv.update(key, seal(key, value), expected, options)
      return result.kind === 'ok'
        ? result
        : { ...result, current: result.current && open(result.current) }
    },
    async delete(key, expected, options) {
      const result = await kv.delete(key, expected, options)
      if (result.kind === 'ok') return { ...result, previous: open(result.previous) }
      return { ...result, current: result.current && open(result.current) }
    },
    async *watch(prefix, options): AsyncGenerator<WatchBatch> {
      for await (const batch of kv.watch(prefix, options)) {
        yield { ...batch, events: batch.events.map((event) => openEvent(event, openOrLeave)) }
      }
    },
  }
}

function openEvent(event: KvEvent, open: (item: KeyValue) => KeyValue): KvEvent {
  const previous = event.previous && open(event.previous)
  return event.type === 'put' ? { ...event, kv: open(event.kv), previous } : { ...event, previous }
}

function sealValue({ providers, random }: Sealing, key: string, value: Uint8Array): Uint8Array {
  const [first] = providers
  if (!first || first.prefix === '') return value
  return Buffer.concat([Buffer.from(first.prefix), first.seal(value, { key, random })])
}

const SEALED = Buffer.from('k8s:enc:')

function openValue({ providers, random }: Sealing, item: KeyValue): KeyValue {
  const { key, value } = item
  const isSealed = Buffer.compare(value.subarray(0, SEALED.length), SEALED) === 0
  for (const [index, provider] of providers.entries()) {
    const prefix = Buffer.from(provider.prefix)
    const fits = isSealed
      ? prefix.length > 0 && Buffer.compare(value.subarray(0, prefix.length), prefix) === 0
      : prefix.length === 0
    if (!fits) continue
    try {
      const opened = provider.open(value.subarray(prefix.length), { key, random })
      // What another key has sealed is to be written again, even if nothing else changes.
      return { ...item, value: opened, ...(index > 0 && { stale: true }) }
    } catch (cause) {
      throw unreadable(key, cause)
    }
  }
  throw unreadable(key)
}

function unreadable(key: string, cause?: unknown): KvError {
  const text = `the value of ${key} cannot be opened with any key of the encryption configuration`
  return new KvError(GrpcCode.dataLoss, text, { cause })
}
