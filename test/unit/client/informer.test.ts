import assert from 'node:assert/strict'
import { ConnectionError, type HttpHandler, silentLog } from '../../../src/base/index.ts'
import { keyOf, pods } from '../../../src/api/index.ts'
import { createInformers, type Informer, type Informers } from '../../../src/client/index.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'
import type { Pod } from '../../../src/api/index.ts'
import { clientOf, json, streamed, until } from './fakes.ts'

const EXPIRED = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old' }

type Frame = { type: string; object: unknown } | 'reset' | 'end'

/** A pod collection whose watch does as the test says. */
class FakePods {
  items: unknown[] = []
  version = 1
  readonly watchedFrom: (string | null)[] = []
  lists = 0
  refuseWatch: (() => ReturnType<typeof json>) | undefined
  #push: ((frame: Frame) => void) | undefined

  readonly handler: HttpHandler = async (request) => {
    const url = new URL(request.url, 'http://x')
    if (url.searchParams.get('watch') === null) {
      this.lists++
      return json(200, { metadata: { resourceVersion: String(this.version) }, items: this.items })
    }
    this.watchedFrom.push(url.searchParams.get('resourceVersion'))
    if (this.refuseWatch) return this.refuseWatch()
    const frames: Frame[] = []
    let wake = () => {}
    const push = (frame: Frame) => {
      frames.push(frame)
      wake()
    }
    this.#push = push
    request.signal.addEventListener('abort', () => push('end'))
    return streamed(
      (async function* () {
        for (;;) {
          const frame = frames.shift()
          if (frame === undefined) await new Promise<void>((resolve) => (wake = resolve))
          else if (frame === 'end') return
          else if (frame === 'reset') throw new ConnectionError('reset', { sent: true })
          else yield `${JSON.stringify(frame)}\n`
        }
      })(),
    )
  }

  send(frame: Frame): void {
    assert(this.#push, 'nobody watches')
    this.#push(frame)
  }
}

function pod(name: string, version: number, more: object = {}): object {
  const metadata = { name, namespace: 'ns', uid: name, resourceVersion: String(version), ...more }
  return { metadata, spec: { containers: [], nodeName: 'n1' }, status: {} }
}

describe('informer', () => {
  let server: FakePods
  let informers: Informers
  let informer: Informer<Pod>
  let told: string[]
  let stop: AbortController
  let running: Promise<void>

  beforeEach(() => {
    server = new FakePods()
    const client = clientOf(server.handler)
    informers = createInformers({
      client,
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
    })
    informer = informers.for(pods)
    told = []
    informer.addHandler(({ old, now }) => {
      const version = (o: typeof old) => o?.metadata.resourceVersion ?? '-'
      told.push(`${(now ?? old)?.metadata.name} ${version(old)}>${version(now)}`)
    })
    stop = new AbortController()
  })

  async function start(): Promise<void> {
    running = informers.run({ signal: stop.signal })
    await informer.whenSynced({ signal: stop.signal })
    await until('it watches', () => server.watchedFrom.length > 0)
  }

  afterEach(async () => {
    stop.abort()
    await running
  })

  it('lists, then follows the watch', async () => {
    server.items = [pod('a', 1)]
    await start()
    assert.deepEqual(told, ['a ->1'])
    server.send({ type: 'ADDED', object: pod('b', 2) })
    server.send({ type: 'MODIFIED', object: pod('a', 3) })
    server.send({ type: 'DELETED', object: pod('b', 4) })
    await until('all is told', () => told.length === 4)
    assert.deepEqual(told, ['a ->1', 'b ->2', 'a 1>3', 'b 4>-'])
    assert.deepEqual([...informer.list()].map(keyOf), ['ns/a'])
    assert.deepEqual(server.watchedFrom, ['1'])
  })

  it('goes on from the last version after a disconnect, bookmarks counted', async () => {
    await start()
    server.send({ type: 'ADDED', object: pod('a', 5) })
    server.send({ type: 'BOOKMARK', object: { metadata: { resourceVersion: '9' } } })
    server.send('reset')
    await until('it watches again', () => server.watchedFrom.length === 2)
    assert.deepEqual(server.watchedFrom, ['1', '9'])
    assert.equal(server.lists, 1)
    server.send('end')
    await until('it watches a third time', () => server.watchedFrom.length === 3)
    assert.equal(server.lists, 1)
  })

  for (const how of ['as an event', 'as an answer']) {
    it(`lists again after 410 ${how}, and tells what vanished and changed meanwhile`, async () => {
      server.items = [pod('stays', 1), pod('goes', 1), pod('changes', 1)]
      await start()
      told.length = 0
      server.items = [pod('stays', 1), pod('changes', 8), pod('comes', 9)]
      server.version = 10
      const gone = json(410, EXPIRED)
      if (how === 'as an event') {
        server.send({ type: 'ERROR', object: EXPIRED })
      } else {
        server.refuseWatch = () => gone
        server.send('reset')
        await until('the answer was given', () => server.watchedFrom.length >= 2)
        server.refuseWatch = undefined
      }
      await until('it listed again', () => server.lists >= 2)
      await until('it watches again', () => server.watchedFrom.at(-1) === '10')
      assert.deepEqual(told, ['changes 1>8', 'comes ->9', 'goes 1>-'])
    })
  }

  it('tells an object that took another’s name as a deletion and an addition', async () => {
    server.items = [pod('a', 1)]
    await start()
    server.send({ type: 'MODIFIED', object: pod('a', 6, { uid: 'other' }) })
    await until('all is told', () => told.length === 3)
    assert.deepEqual(told, ['a ->1', 'a 1>-', 'a ->6'])
  })

  it('keeps indexes, also those that come late', async () => {
    server.items = [pod('a', 1), pod('b', 1)]
    await start()
    informer.addIndex('node', (each) => [each.spec.nodeName ?? ''])
    const names = () => [...informer.byIndex('node', 'n1')].map((each) => each.metadata.name)
    assert.deepEqual(names(), ['a', 'b'])
    server.send({ type: 'DELETED', object: pod('a', 2) })
    await until('it is gone', () => informer.get('ns/a') === undefined)
    assert.deepEqual(names(), ['b'])
    assert.throws(() => [...informer.byIndex('nonsense', 'x')], /no index "nonsense"/)
  })

  it('tells late handlers what is there, and no one who left', async () => {
    server.items = [pod('a', 1)]
    await start()
    const late: string[] = []
    const leave = informer.addHandler(({ now }) => late.push(now?.metadata.name ?? ''))
    assert.deepEqual(late, ['a'])
    leave()
    server.send({ type: 'ADDED', object: pod('b', 2) })
    await until('others are told', () => told.length === 2)
    assert.deepEqual(late, ['a'])
  })

  it('is shared by all who ask for the same', async () => {
    assert.equal(informers.for(pods), informer)
    assert.notEqual(informers.for(pods, { fieldSelector: 'spec.nodeName=n1' }), informer)
    await start()
  })
})

describe('informers', () => {
  it('stop everything when a handler throws: that is a bug', async () => {
    const server = new FakePods()
    server.items = [pod('a', 1)]
    const client = clientOf(server.handler)
    const informers = createInformers({
      client,
      clock: systemClock,
      random: systemRandom(),
      log: silentLog,
    })
    informers.for(pods).addHandler(() => {
      throw new TypeError('a bug')
    })
    await assert.rejects(informers.run({ signal: new AbortController().signal }), /a bug/)
  })
})
