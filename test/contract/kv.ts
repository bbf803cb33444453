import assert from 'node:assert/strict'
import { GrpcCode, KvError } from '../../src/base/index.ts'
import { needProgram } from '../support/peers.ts'
import { isCompacted, type Kv, type KvEvent, type WatchBatch } from '../../src/kv/index.ts'

export interface KvUnderTest {
  readonly kv: Kv
  /** Lets about this much time pass for leases; default: the machine's. */
  passSeconds?(seconds: number): Promise<void>
  dispose?(): Promise<void>
}

const bytes = (text: string) => new TextEncoder().encode(text)
const text = (value: Uint8Array | undefined) => new TextDecoder().decode(value)

function isKvError(code: GrpcCode, message: RegExp) {
  return (error: unknown) => {
    assert(error instanceof KvError, `not a KvError: ${String(error)}`)
    assert.equal(error.code, code, error.message)
    assert.match(error.message, message)
    return true
  }
}

/** The newest revision at which something was written by `create`. */
async function create(kv: Kv, key: string, value = 'v', lease?: bigint): Promise<number> {
  const result = await kv.create(key, bytes(value), lease === undefined ? {} : { lease })
  assert(result.kind === 'ok', `could not create ${key}`)
  return result.revision
}

async function update(kv: Kv, key: string, value: string, expected: number): Promise<number> {
  const result = await kv.update(key, bytes(value), expected)
  assert(result.kind === 'ok', `could not update ${key}`)
  return result.revision
}

async function remove(kv: Kv, key: string, expected: number): Promise<number> {
  const result = await kv.delete(key, expected)
  assert(result.kind === 'ok', `could not delete ${key}`)
  return result.revision
}

function brief(event: KvEvent): string {
  return event.type === 'put'
    ? `put ${event.kv.key}=${text(event.kv.value)}@${event.kv.modRevision}`
    : `delete ${event.key}@${event.modRevision}`
}

/** Reads a watch until it has delivered `until`, checking the order of what comes. */
async function readUntil(watch: AsyncIterator<WatchBatch>, until: number): Promise<KvEvent[]> {
  const events: KvEvent[] = []
  let last = 0
  for (;;) {
    const { value, done } = await watch.next()
    assert(!done, 'the watch ended early')
    for (const event of value.events) {
      const at = event.type === 'put' ? event.kv.modRevision : event.modRevision
      assert(at >= last, 'events are in order')
      last = at
    }
    assert(value.revision >= last, 'a batch says how far it goes')
    events.push(...value.events)
    if (value.revision >= until) return events
  }
}

/** Every guarantee of `src/kv/types.ts`, for any backend. `open` is called once. */
export function kvContract(
  name: string,
  open: () => Promise<KvUnderTest>,
  options: {
    /** A program that must be there. */
    needs?: string
  } = {},
): void {
  describe(`Kv contract: ${name}`, () => {
    let under: KvUnderTest
    let kv: Kv
    let sequence = 0
    /** A prefix that no other test of the suite uses. */
    const fresh = () => `/test/${++sequence}/`

    before(async function () {
      if (options.needs) needProgram(this, options.needs)
      under = await open()
      kv = under.kv
    })
    after(async () => {
      await under?.kv.close()
      await under?.dispose?.()
    })

    pointTests(() => kv, fresh)
    listTests(() => kv, fresh)
    revisionTests(() => kv, fresh)
    watchTests(() => kv, fresh)
    leaseTests(() => under, fresh)
    failureTests(() => kv, fresh)
  })
}

function pointTests(kv: () => Kv, fresh: () => string): void {
  it('creates, reads, updates and deletes a key, with its revisions and version', async () => {
    const key = `${fresh()}a`
    const empty = await kv().get(key)
    assert.equal(empty.kv, undefined)
    const created = await create(kv(), key, 'one')
    assert.equal(created, empty.revision + 1)
    const first = await kv().get(key)
    assert.deepEqual(
      { ...first.kv, value: text(first.kv?.value) },
      {
        key,
        value: 'one',
        createRevision: created,
        modRevision: created,
        version: 1,
        lease: 0n,
      },
    )
    const updated = await update(kv(), key, 'two', created)
    const second = await kv().get(key)
    assert.equal(second.revision, updated)
    assert.equal(text(second.kv?.value), 'two')
    assert.equal(second.kv?.createRevision, created)
    assert.equal(second.kv?.modRevision, updated)
    assert.equal(second.kv?.version, 2)
    const deleted = await kv().delete(key, updated)
    assert(deleted.kind === 'ok')
    assert.equal(text(deleted.previous.value), 'two')
    assert.equal((await kv().get(key)).kv, undefined)
    const again = await create(kv(), key, 'three')
    assert.equal((await kv().get(key)).kv?.createRevision, again)
    assert.equal((await kv().get(key)).kv?.version, 1)
  })

  it('refuses what is not at the expected revision, and then changes nothing', async () => {
    const key = `${fresh()}a`
    const missing = await kv().update(key, bytes('x'), 7)
    assert.deepEqual(missing, { kind: 'conflict', current: undefined })
    assert.deepEqual(await kv().delete(key, 7), { kind: 'conflict', current: undefined })
    const created = await create(kv(), key, 'one')
    assert.deepEqual(await kv().create(key, bytes('x')), { kind: 'exists' })
    const stale = await kv().update(key, bytes('x'), created - 1)
    assert(stale.kind === 'conflict')
    assert.equal(stale.current?.modRevision, created)
    assert.equal(text(stale.current?.value), 'one')
    const kept = await kv().delete(key, created - 1)
    assert(kept.kind === 'conflict')
    assert.equal(text(kept.current?.value), 'one')
    assert.equal(await kv().currentRevision(), created)
  })

  it('lets one of many concurrent creates win', async () => {
    const key = `${fresh()}a`
    const tries = Array.from({ length: 20 }, (_, i) => kv().create(key, bytes(`v${i}`)))
    const results = await Promise.all(tries)
    assert.equal(results.filter((r) => r.kind === 'ok').length, 1)
    const winner = results.findIndex((r) => r.kind === 'ok')
    assert.equal(text((await kv().get(key)).kv?.value), `v${winner}`)
  })

  it('keeps empty and large values, and keys beyond ASCII', async () => {
    const prefix = fresh()
    await create(kv(), `${prefix}empty`, '')
    await create(kv(), `${prefix}large`, 'x'.repeat(1_000_000))
    await create(kv(), `${prefix}ключ-😀`, 'é')
    const { kvs } = await kv().list(prefix)
    const seen = kvs.map((found) => [found.key.slice(prefix.length), found.value.length])
    assert.deepEqual(seen, [
      ['empty', 0],
      ['large', 1_000_000],
      ['ключ-😀', 2],
    ])
  })
}

function listTests(kv: () => Kv, fresh: () => string): void {
  it('lists a prefix in byte order, and nothing beside it', async () => {
    const prefix = fresh()
    // U+FF5E sorts before U+1F600 in UTF-8, behind it in UTF-16.
    const names = ['b', 'a/x', 'a', 'A', 'a-b', '\u{1f600}', '\uff5e']
    for (const name of names) await create(kv(), prefix + name)
    await create(kv(), `${prefix.slice(0, -1)}0`)
    const { kvs, more, count, revision } = await kv().list(prefix)
    const keys = kvs.map((found) => found.key.slice(prefix.length))
    assert.deepEqual(keys, ['A', 'a', 'a-b', 'a/x', 'b', '\uff5e', '\u{1f600}'])
    assert.equal(more, false)
    assert.equal(count, names.length)
    assert.equal(revision, await kv().currentRevision())
    assert.equal(await kv().count(prefix), names.length)
    assert.equal(await kv().count(`${prefix}none`), 0)
  })

  it('pages with limit and after, at one revision', async () => {
    const prefix = fresh()
    for (let i = 0; i < 7; i++) await create(kv(), `${prefix}${i}`)
    const first = await kv().list(prefix, { limit: 3 })
    assert.equal(first.more, true)
    assert.equal(first.count, 7)
    await create(kv(), `${prefix}35`)
    const at = { revision: first.revision }
    const second = await kv().list(prefix, { limit: 3, after: `${prefix}2`, ...at })
    assert.equal(second.count, 4)
    assert(second.revision > first.revision)
    const third = await kv().list(prefix, { limit: 3, after: `${prefix}5`, ...at })
    assert.equal(third.more, false)
    const keys = [first, second, third].flatMap((page) => page.kvs.map((found) => found.key))
    assert.deepEqual(
      keys.map((key) => key.slice(prefix.length)),
      ['0', '1', '2', '3', '4', '5', '6'],
    )
    assert.deepEqual((await kv().list(prefix, { after: `${prefix}6` })).kvs, [])
  })

  it('lists keys alone', async () => {
    const prefix = fresh()
    const revision = await create(kv(), `${prefix}a`, 'value')
    const { kvs } = await kv().list(prefix, { keysOnly: true })
    assert.equal(kvs[0]?.value.length, 0)
    assert.equal(kvs[0]?.modRevision, revision)
  })
}

function revisionTests(kv: () => Kv, fresh: () => string): void {
  it('reads the past, until it is compacted', async () => {
    const prefix = fresh()
    const created = await create(kv(), `${prefix}a`, 'one')
    const updated = await update(kv(), `${prefix}a`, 'two', created)
    const deleted = await remove(kv(), `${prefix}a`, updated)
    const valueAt = async (revision: number) =>
      text((await kv().get(`${prefix}a`, { revision })).kv?.value)
    assert.equal(await valueAt(created), 'one')
    assert.equal(await valueAt(updated), 'two')
    assert.equal((await kv().get(`${prefix}a`, { revision: deleted })).kv, undefined)
    assert.equal((await kv().list(prefix, { revision: created })).count, 1)

    await kv().compact(updated)
    assert.equal(await valueAt(updated), 'two')
    const compacted = isKvError(
      GrpcCode.outOfRange,
      /^etcdserver: mvcc: required revision has been compacted$/,
    )
    await assert.rejects(kv().get(`${prefix}a`, { revision: created }), compacted)
    await assert.rejects(kv().list(prefix, { revision: created }), compacted)
    await assert.rejects(kv().list(prefix, { revision: created }), isCompacted)
    await kv().compact(updated)
    await kv().compact(created)
  })

  it('refuses revisions that are not there yet', async () => {
    const future = (await kv().currentRevision()) + 1000
    const refused = isKvError(
      GrpcCode.outOfRange,
      /^etcdserver: mvcc: required revision is a future revision$/,
    )
    await assert.rejects(kv().get(`${fresh()}a`, { revision: future }), refused)
    await assert.rejects(kv().list(fresh(), { revision: future }), refused)
    await assert.rejects(kv().compact(future), refused)
  })
}

function watchTests(kv: () => Kv, fresh: () => string): void {
  /** Opens a watch for the time of `use`. */
  async function watching(
    prefix: string,
    options: { startRevision?: number; previous?: boolean },
    use: (watch: AsyncIterator<WatchBatch>) => Promise<void>,
  ): Promise<void> {
    const controller = new AbortController()
    const watch = kv().watch(prefix, { ...options, signal: controller.signal })
    try {
      await use(watch[Symbol.asyncIterator]())
    } finally {
      controller.abort()
    }
  }

  it('watches from a past revision, then goes on live, with nothing lost or repeated', async () => {
    const prefix = fresh()
    const before = await create(kv(), `${prefix}old`)
    let at = await create(kv(), `${prefix}a`, '0')
    const expected = [`put ${prefix}a=0@${at}`]
    await watching(prefix, { startRevision: before + 1 }, async (watch) => {
      for (let i = 1; i < 50; i++) {
        await create(kv(), `/beside${prefix}${i}`)
        at = await update(kv(), `${prefix}a`, `${i}`, at)
        expected.push(`put ${prefix}a=${i}@${at}`)
      }
      at = await remove(kv(), `${prefix}a`, at)
      expected.push(`delete ${prefix}a@${at}`)
      assert.deepEqual((await readUntil(watch, at)).map(brief), expected)
    })
  })

  it('starts after the newest revision by default', async () => {
    const prefix = fresh()
    await create(kv(), `${prefix}old`)
    await watching(prefix, {}, async (watch) => {
      kv().requestProgress()
      await watch.next()
      const at = await create(kv(), `${prefix}new`)
      assert.deepEqual((await readUntil(watch, at)).map(brief), [`put ${prefix}new=v@${at}`])
    })
  })

  it('waits for a start revision that is still to come', async () => {
    const prefix = fresh()
    const startRevision = (await kv().currentRevision()) + 3
    await watching(prefix, { startRevision }, async (watch) => {
      await create(kv(), `${prefix}1`)
      await create(kv(), `${prefix}2`)
      const at = await create(kv(), `${prefix}3`)
      assert.equal(at, startRevision)
      assert.deepEqual((await readUntil(watch, at)).map(brief), [`put ${prefix}3=v@${at}`])
    })
  })

  it('tells what was there before, when asked', async () => {
    const prefix = fresh()
    const created = await create(kv(), `${prefix}a`, 'one')
    const updated = await update(kv(), `${prefix}a`, 'two', created)
    const deleted = await remove(kv(), `${prefix}a`, updated)
    const seen = (events: KvEvent[]) =>
      events.map((e) => [e.type, e.previous && text(e.previous.value), e.previous?.modRevision])
    await watching(prefix, { startRevision: created, previous: true }, async (watch) => {
      assert.deepEqual(seen(await readUntil(watch, deleted)), [
        ['put', undefined, undefined],
        ['put', 'one', created],
        ['delete', 'two', updated],
      ])
    })
    await watching(prefix, { startRevision: created }, async (watch) => {
      const events = await readUntil(watch, deleted)
      assert.deepEqual(
        events.map((e) => e.previous),
        [undefined, undefined, undefined],
      )
    })
  })

  it('gives a progress batch on request, behind the events', async () => {
    const prefix = fresh()
    const created = await create(kv(), `${prefix}a`)
    await watching(prefix, { startRevision: created }, async (watch) => {
      assert.equal((await readUntil(watch, created)).length, 1)
      const newer = await create(kv(), `/beside${prefix}`)
      kv().requestProgress()
      assert.deepEqual(await readUntil(watch, newer), [])
    })
  })

  it('refuses to start in compacted history', async () => {
    const prefix = fresh()
    const created = await create(kv(), `${prefix}a`)
    const updated = await update(kv(), `${prefix}a`, 'two', created)
    await kv().compact(updated)
    await watching(prefix, { startRevision: created }, async (watch) => {
      await assert.rejects(watch.next(), isCompacted)
    })
  })

  it('ends without an error when its signal is aborted', async () => {
    const controller = new AbortController()
    const watch = kv().watch(fresh(), { signal: controller.signal })[Symbol.asyncIterator]()
    const next = watch.next()
    controller.abort()
    assert.equal((await next).done, true)
  })

  it('delivers the keys of a revoked lease as one batch', async () => {
    const prefix = fresh()
    const lease = await kv().leaseGrant(60)
    await create(kv(), `${prefix}a`, 'v', lease)
    const created = await create(kv(), `${prefix}b`, 'v', lease)
    await watching(prefix, { startRevision: created + 1 }, async (watch) => {
      await kv().leaseRevoke(lease)
      const { value } = await watch.next()
      assert.equal(value?.revision, created + 1)
      assert.deepEqual(value?.events.map(brief).toSorted(), [
        `delete ${prefix}a@${created + 1}`,
        `delete ${prefix}b@${created + 1}`,
      ])
    })
  })
}

function leaseTests(under: () => KvUnderTest, fresh: () => string): void {
  const gone = isKvError(GrpcCode.notFound, /^etcdserver: requested lease not found$/)

  it('attaches keys to leases and removes them on revocation', async () => {
    const { kv } = under()
    const prefix = fresh()
    const lease = await kv.leaseGrant(60)
    assert.notEqual(lease, 0n)
    await create(kv, `${prefix}a`, 'v', lease)
    const b = await create(kv, `${prefix}b`, 'v', lease)
    assert.equal((await kv.get(`${prefix}a`)).kv?.lease, lease)
    // A put without the lease lets go of it.
    await update(kv, `${prefix}b`, 'kept', b)
    await kv.leaseRevoke(lease)
    const left = (await kv.list(prefix)).kvs.map((found) => found.key)
    assert.deepEqual(left, [`${prefix}b`])
    await assert.rejects(kv.leaseRevoke(lease), gone)
    await assert.rejects(kv.leaseKeepAlive(lease), gone)
    await assert.rejects(kv.create(`${prefix}c`, bytes('v'), { lease }), gone)
    assert.equal((await kv.get(`${prefix}c`)).kv, undefined)
  })

  it('renews a lease, and lets it expire otherwise', async function () {
    this.timeout(30_000)
    const { kv } = under()
    const prefix = fresh()
    const lease = await kv.leaseGrant(2)
    await create(kv, `${prefix}a`, 'v', lease)
    assert((await kv.leaseKeepAlive(lease)) >= 2)
    assert.notEqual((await kv.get(`${prefix}a`)).kv, undefined)
    await under().passSeconds?.(5)
    while ((await kv.get(`${prefix}a`)).kv) await new Promise((resolve) => setTimeout(resolve, 100))
    await assert.rejects(kv.leaseKeepAlive(lease), gone)
  })

  it('refuses a lease that is too long', async () => {
    await assert.rejects(
      under().kv.leaseGrant(9_000_000_001),
      isKvError(GrpcCode.outOfRange, /^etcdserver: too large lease TTL$/),
    )
  })
}

function failureTests(kv: () => Kv, fresh: () => string): void {
  it('refuses an empty key', async () => {
    const refused = isKvError(GrpcCode.invalidArgument, /^etcdserver: key is not provided$/)
    await assert.rejects(kv().get(''), refused)
    await assert.rejects(kv().create('', bytes('v')), refused)
    await assert.rejects(kv().update('', bytes('v'), 1), refused)
    await assert.rejects(kv().delete('', 1), refused)
  })

  it('refuses a request that is too large', async () => {
    const large = new Uint8Array(1.7 * 1024 * 1024)
    const refused = isKvError(GrpcCode.invalidArgument, /^etcdserver: request is too large$/)
    await assert.rejects(kv().create(`${fresh()}a`, large), refused)
  })

  it('stops waiting when the signal is aborted', async () => {
    const signal = AbortSignal.abort()
    const key = `${fresh()}a`
    const canceled = isKvError(GrpcCode.canceled, /request canceled/)
    await assert.rejects(kv().get(key, { signal }), canceled)
    await assert.rejects(kv().list(key, { signal }), canceled)
    await assert.rejects(kv().create(key, bytes('v'), { signal }), canceled)
    await assert.rejects(kv().currentRevision({ signal }), canceled)
  })

  it('never acknowledges a lost update among concurrent writers', async () => {
    const key = `${fresh()}counter`
    await create(kv(), key, '0')
    const increment = async () => {
      for (;;) {
        const { kv: current } = await kv().get(key)
        assert(current)
        const next = bytes(String(Number(text(current.value)) + 1))
        if ((await kv().update(key, next, current.modRevision)).kind === 'ok') return
      }
    }
    await Promise.all(Array.from({ length: 16 }, increment))
    const { kv: end } = await kv().get(key)
    assert.equal(text(end?.value), '16')
    assert.equal(end?.version, 17)
  })
}
