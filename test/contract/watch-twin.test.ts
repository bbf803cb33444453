import assert from 'node:assert/strict'
import { Channel, type GrpcClient } from '../../src/base/index.ts'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import { needProgram } from '../support/peers.ts'
import { plain, startTwins, type Step, type Twins } from './etcd-twin.ts'

const b = (text: string): Uint8Array => Buffer.from(text)
const ALL = { key: b('\0'), rangeEnd: b('\0') }

/** One watch stream to one server. */
class Watching {
  readonly #requests = new Channel<Uint8Array>({ maxLength: 100 })
  readonly #aborter = new AbortController()
  readonly #responses: AsyncIterator<Uint8Array>

  constructor(client: GrpcClient) {
    const path = '/etcdserverpb.Watch/Watch'
    const stream = client.stream(path, this.#requests, { signal: this.#aborter.signal })
    this.#responses = stream[Symbol.asyncIterator]()
  }

  send(request: pb.WatchRequest.$Properties): void {
    this.#requests.push(pb.WatchRequest.encode(request).finish())
  }

  async next(): Promise<pb.WatchResponse> {
    const { value, done } = await this.#responses.next()
    assert.ok(!done, 'the stream ended')
    return pb.WatchResponse.decode(value)
  }

  /** The next `count` events, however they are packed into responses. */
  async events(count: number): Promise<unknown[]> {
    const events: unknown[] = []
    while (events.length < count) events.push(...(await this.next()).events)
    return events.map(plain)
  }

  async close(): Promise<void> {
    this.#aborter.abort()
    await this.#responses.return?.().catch(() => {})
  }
}

describe('watches beside a real etcd', function () {
  this.timeout(30_000)
  let twins: Twins
  let pair: readonly [Watching, Watching]

  before(async function () {
    needProgram(this, 'etcd')
    twins = await startTwins()
    for (const step of history) await twins.same(step)
  })

  beforeEach(() => {
    pair = [new Watching(twins.clients[0]), new Watching(twins.clients[1])]
  })

  afterEach(async () => {
    for (const watching of pair) await watching.close()
  })

  after(async () => {
    await twins?.stop()
  })

  const put = (key: string, value: string): Step => ['put', { key: b(key), value: b(value) }]
  const history: Step[] = [
    put('a', '1'),
    put('b', '1'),
    put('a', '2'),
    ['deleteRange', { key: b('a') }],
    ['txn', { success: ['a', 'b', 'c'].map((key) => ({ requestPut: { key: b(key) } })) }],
    ['deleteRange', { key: b('a'), rangeEnd: b('z') }],
  ]
  const EVENTS = 10

  async function same<T>(ask: (watching: Watching) => Promise<T>): Promise<T> {
    const [theirs, ours] = await Promise.all(pair.map(ask))
    assert.deepEqual(ours, theirs)
    return theirs as T
  }

  async function answers(request: pb.WatchRequest.$Properties, count = 1): Promise<unknown> {
    for (const watching of pair) watching.send(request)
    return await same(async (watching) => {
      const all: unknown[] = []
      for (let i = 0; i < count; i++) all.push(plain(await watching.next()))
      return all
    })
  }

  it('replay history', async () => {
    await answers({ createRequest: { ...ALL, startRevision: 1 } })
    await same((watching) => watching.events(EVENTS))
  })

  it('replay history with the values before', async () => {
    await answers({ createRequest: { ...ALL, startRevision: 1, prevKv: true } })
    await same((watching) => watching.events(EVENTS))
  })

  it('filter', async () => {
    const filters = [pb.WatchCreateRequest.FilterType.NOPUT]
    await answers({ createRequest: { ...ALL, startRevision: 1, filters } })
    await same((watching) => watching.events(4))
  })

  it('tell what happens', async () => {
    await answers({
      createRequest: { key: b('live'), rangeEnd: b('livf'), prevKv: true, watchId: 7 },
    })
    await twins.same(put('live1', 'x'))
    await twins.same(put('live1', 'y'))
    await twins.same(['deleteRange', { key: b('live'), rangeEnd: b('livf') }])
    await same((watching) => watching.events(3))
    await answers({ cancelRequest: { watchId: 7 } })
  })

  it('refuse and cancel in the same words', async () => {
    await answers({ createRequest: { key: b('b'), rangeEnd: b('a') } })
    await twins.same(['compact', { revision: 4, physical: true }])
    await answers({ createRequest: { ...ALL, startRevision: 2 } }, 2)
    await answers({ createRequest: { ...ALL, startRevision: 5 } })
    await same((watching) => watching.events(2))
  })

  it('cut a large response into fragments', async () => {
    await answers({ createRequest: { key: b('large'), rangeEnd: b('largf'), fragment: true } })
    const value = Buffer.alloc(200_000, 'x')
    for (let i = 0; i < 20; i++) await twins.same(['put', { key: b(`large${i}`), value }])
    await same((watching) => watching.events(20))
    const start = { key: b('large'), rangeEnd: b('largf'), startRevision: 1, prevKv: true }
    const { header } = (await twins.same(['deleteRange', { ...start }])) as {
      header: { revision: number }
    }
    const request = { ...start, startRevision: header.revision, fragment: true }
    for (const watching of pair) watching.send({ createRequest: request })
    const [, ours] = pair
    const fragments: boolean[] = []
    let events = 0
    while (events < 20) {
      const response = await ours.next()
      if (response.created || response.watchId !== 1) continue
      fragments.push(response.fragment)
      events += response.events.length
    }
    assert.ok(fragments.length > 1, 'one response')
    assert.deepEqual(fragments, [...fragments.slice(1).map(() => true), false])
  })
})
