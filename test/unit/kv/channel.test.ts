import assert from 'node:assert/strict'
import { MessageChannel } from 'node:worker_threads'
import { createMemoryKv, type Kv } from '../../../src/kv/index.ts'
import { channelKv, type KvPort, serveKv } from '../../../src/kv/channel/index.ts'
import { ManualClock } from '../../contract/manual-clock.ts'

const bytes = (text: string) => Buffer.from(text)

describe('kv over a channel', () => {
  let posts: number
  /** Batches of watches that were sent. */
  let batches: number
  let memory: Kv
  let kv: Kv
  let closePorts: () => void

  beforeEach(() => {
    posts = 0
    batches = 0
    const { port1, port2 } = new MessageChannel()
    const portOf = (port: typeof port1): KvPort => ({
      post(message, transfer) {
        posts++
        const { items } = message as { items: { op: string }[] }
        batches += items.filter(({ op }) => op === 'batch').length
        port.postMessage(message, transfer)
      },
      onMessage: (listener) => port.on('message', listener),
      onClose: (listener) => port.on('close', listener),
    })
    memory = createMemoryKv({ clock: new ManualClock() })
    serveKv(memory, portOf(port1))
    kv = channelKv(portOf(port2))
    closePorts = () => port1.close()
  })
  afterEach(() => closePorts())

  it('sends what is called in one turn as one message, and answers so', async () => {
    const work = Array.from({ length: 500 }, (_, i) => kv.create(`/${i}`, bytes(`value ${i}`)))
    const results = await Promise.all(work)
    assert(results.every(({ kind }) => kind === 'ok'))
    assert(posts <= 4, `${posts} messages for 500 calls`)
    const reads = await Promise.all(work.map((_, i) => kv.get(`/${i}`)))
    for (const [i, { kv: found }] of reads.entries()) {
      assert.equal(Buffer.from(found?.value ?? []).toString(), `value ${i}`)
    }
  })

  it('keeps each value with its own answer, whatever ends first', async () => {
    await Promise.all(Array.from({ length: 50 }, (_, i) => kv.create(`/${i}`, bytes(`v${i}`))))
    const mixed = Array.from({ length: 50 }, async (_, i) => {
      const [got, listed, counted] = await Promise.all([
        kv.get(`/${i}`),
        kv.list(`/${i}`, { limit: 1 }),
        kv.count('/'),
      ])
      assert.equal(Buffer.from(got.kv?.value ?? []).toString(), `v${i}`)
      assert.equal(Buffer.from(listed.kvs[0]?.value ?? []).toString(), `v${i}`)
      assert.equal(counted, 50)
    })
    await Promise.all(mixed)
  })

  it('does not send on to a reader that does not read, and loses nothing for it', async () => {
    const controller = new AbortController()
    const watch = kv.watch('/', { startRevision: 2, signal: controller.signal })
    for (let i = 0; i < 1000; i++) await memory.create(`/${i}`, bytes('v'))
    await kv.currentRevision()
    const sent = posts
    await memory.create('/more', bytes('v'))
    await kv.currentRevision()
    assert(posts - sent <= 3, 'a full window sends no more batches')
    let seen = 0
    for await (const { events } of watch) {
      seen += events.length
      if (seen === 1001) break
    }
    controller.abort()
  })

  it('goes on however often progress is asked for and not read', async () => {
    const controller = new AbortController()
    const watch = kv.watch('/', { signal: controller.signal })[Symbol.asyncIterator]()
    for (let i = 0; i < 600; i++) {
      kv.requestProgress()
      await kv.currentRevision()
    }
    const before = batches
    for (let i = 0; i < 20; i++) await kv.create(`/${i}`, bytes('v'))
    await kv.currentRevision()
    assert.equal(batches - before, 20, 'progress that was replaced takes no room')
    for (let seen = 0; seen < 20; ) seen += (await watch.next()).value?.events.length ?? 0
    controller.abort()
  })

  it('ends calls and watches as unavailable when the other end is gone', async () => {
    const { signal } = new AbortController()
    const watch = kv.watch('/', { signal })[Symbol.asyncIterator]()
    await kv.currentRevision()
    const next = assert.rejects(watch.next(), /^KvError: etcdserver: server stopped$/)
    closePorts()
    await next
    await assert.rejects(kv.get('/a'), /server stopped/)
  })

  it('passes a cancelled call on', async () => {
    const { port1, port2 } = new MessageChannel()
    let seen: AbortSignal | undefined
    const slow: Kv = {
      ...memory,
      currentRevision: ({ signal } = {}) => {
        seen = signal
        return new Promise((_, reject) =>
          signal?.addEventListener('abort', () => reject(new Error('given up'))),
        )
      },
    }
    const portOf = (port: typeof port1): KvPort => ({
      post: (message, transfer) => port.postMessage(message, transfer),
      onMessage: (listener) => port.on('message', listener),
      onClose: (listener) => port.on('close', listener),
    })
    serveKv(slow, portOf(port1))
    const client = channelKv(portOf(port2))
    const controller = new AbortController()
    const call = client.currentRevision({ signal: controller.signal })
    const refused = assert.rejects(call, /etcdserver: request canceled/)
    while (!seen) await new Promise((resolve) => setTimeout(resolve, 1))
    controller.abort()
    await refused
    while (!seen.aborted) await new Promise((resolve) => setTimeout(resolve, 1))
    port1.close()
  })
})
