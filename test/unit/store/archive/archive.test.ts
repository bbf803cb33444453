import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Clock, silentLog } from '../../../../src/base/index.ts'
import { levelEngines, systemClock, systemDisk } from '../../../../src/platform/index.ts'
import { Archiver, backupFromArchive } from '../../../../src/store/archive/index.ts'
import { EtcdState, restoreSnapshot } from '../../../../src/store/index.ts'
import { ManualClock } from '../../../contract/manual-clock.ts'
import { testCluster } from '../../../contract/store.ts'
import { bytes, call, openEtcd, type TestEtcd, text } from '../../../support/store/etcd.ts'
import { MemoryEngine } from '../../../support/store/memory-engine.ts'

const disk = systemDisk()
const ALL = { key: bytes('\0'), rangeEnd: bytes('\0') }

describe('the archive of a log', () => {
  let folder: string
  let etcd: TestEtcd
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'archive-'))
    etcd = await openEtcd()
  })
  afterEach(async () => {
    await etcd.close()
    await fs.rm(folder, { recursive: true, force: true })
  })

  const open = (options: { clock?: Clock; baseEveryBytes?: number; clusterId?: bigint } = {}) =>
    Archiver.open({
      state: etcd.state,
      disk,
      folder: join(folder, 'archive'),
      clusterId: 7n,
      clock: systemClock,
      log: silentLog,
      ...options,
    })
  const archived = async (archiver: Archiver) => {
    while (archiver.archivedIndex < etcd.state.appliedIndex) {
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }
  const put = (key: string, value: string) =>
    etcd.store.put({ key: bytes(key), value: bytes(value) }, call)
  /** The keys of a backup made from the archive. */
  const keysAt = async (
    to: { revision?: number; timeMs?: number },
    from = join(folder, 'archive'),
  ): Promise<Record<string, string>> => {
    const path = join(folder, 'made.db')
    const engine = new MemoryEngine()
    const ports = { disk, clock: systemClock, log: silentLog }
    await backupFromArchive({ ...ports, folder: from, to, path, openEngine: levelEngines() })
    const dataFolder = join(folder, `data-${Math.random()}`)
    const openEngine = async () => engine
    const member = { path, cluster: testCluster, name: 'alone', dataFolder, openEngine }
    await restoreSnapshot({ ...member, ...ports, segmentBytes: 64 * 1024 })
    const state = await EtcdState.open({ engine, clock: systemClock, log: silentLog })
    const restored = await openEtcd({ engine })
    const { kvs } = await restored.store.range(ALL, call)
    await restored.close()
    await state.close()
    return Object.fromEntries(kvs.map((kv) => [text(kv.key), text(kv.value)]))
  }

  it('brings the store back to any revision', async () => {
    await put('before', 'the archive')
    const archiver = await open({ baseEveryBytes: 600 })
    const model: Record<string, string> = { before: 'the archive' }
    const at = new Map<number, Record<string, string>>()
    for (let i = 0; i < 60; i++) {
      const key = `k${i % 7}`
      if (i % 5 === 4) {
        await etcd.store.deleteRange({ key: bytes(key) }, call)
        delete model[key]
      } else {
        await put(key, `${i}`)
        model[key] = `${i}`
      }
      at.set(etcd.store.header().revision, { ...model })
      if (i % 10 === 0) await archived(archiver)
    }
    await archived(archiver)
    await archiver.close()
    const bases = (await fs.readdir(join(folder, 'archive'))).filter((n) => n.endsWith('.base'))
    assert(bases.length > 1, 'the state is archived now and then')
    for (const revision of [...at.keys()].filter((_, i) => i % 13 === 3)) {
      assert.deepEqual(await keysAt({ revision }), at.get(revision), `revision ${revision}`)
    }
    assert.deepEqual(await keysAt({}), model)
    await assert.rejects(keysAt({ revision: 1 }), /the archive begins with revision 2/)
    await assert.rejects(keysAt({ revision: 1000 }), /the archive ends at revision \d+/)
  })

  it('brings it back to a time, as the archiving member knew it', async () => {
    let nowMs = Date.UTC(2026, 0, 1)
    const clock: Clock = {
      nowMs: () => nowMs,
      monotonicMs: () => systemClock.monotonicMs(),
      after: (...args) => systemClock.after(...args),
      every: (...args) => systemClock.every(...args),
    }
    const archiver = await open({ clock })
    await archived(archiver)
    for (const value of ['1', '2', '3']) {
      nowMs += 60_000
      await put('a', value)
    }
    await archived(archiver)
    await archiver.close()
    assert.deepEqual(await keysAt({ timeMs: nowMs - 90_000 }), { a: '1' })
    assert.deepEqual(await keysAt({ timeMs: nowMs - 60_000 }), { a: '2' })
  })

  it('goes on after its member was killed, at whatever byte', async () => {
    const first = await open()
    for (let i = 0; i < 20; i++) await put('a', `${i}`)
    await archived(first)
    await first.close()
    const [name = ''] = (await fs.readdir(join(folder, 'archive'))).filter((n) =>
      n.endsWith('.log'),
    )
    const log = join(folder, 'archive', name)
    const whole = await fs.readFile(log)
    for (const cut of [whole.length - 1, Math.floor(whole.length / 2), 3, 0]) {
      await fs.writeFile(log, whole.subarray(0, cut))
      const keys = await keysAt({})
      assert(Number(keys['a'] ?? -1) < 19, 'what was torn is not read')
    }
    // The state is further than what is left: a new one is archived.
    const second = await open()
    await put('b', 'after')
    await archived(second)
    await second.close()
    assert.deepEqual(await keysAt({}), { a: '19', b: 'after' })
    // Where nothing is missing, it goes on in the same file.
    const before = await fs.readdir(join(folder, 'archive'))
    const third = await open()
    await put('c', 'more')
    await archived(third)
    await third.close()
    assert.deepEqual(await fs.readdir(join(folder, 'archive')), before)
    assert.deepEqual(await keysAt({}), { a: '19', b: 'after', c: 'more' })
  })

  it('is one cluster’s: another one is refused, and takes nothing from it', async () => {
    const own = await open()
    await put('a', '1')
    await archived(own)
    await own.close()
    await assert.rejects(open({ clusterId: 8n }), /holds the archive of another cluster \(7\)/)
    assert.deepEqual(await keysAt({}), { a: '1' })
  })

  it('is read no further, and leaves nothing behind, when told to end', async () => {
    const archiver = await open()
    for (let i = 0; i < 3; i++) await put('a', `${i}`)
    await archived(archiver)
    await archiver.close()
    const path = join(folder, 'made.db')
    const ports = { disk, clock: systemClock, log: silentLog, openEngine: levelEngines() }
    const signal = AbortSignal.abort(new Error('enough'))
    const from = join(folder, 'archive')
    const making = backupFromArchive({ ...ports, folder: from, to: {}, path, signal })
    await assert.rejects(making, /enough/)
    assert.deepEqual(await fs.readdir(folder), ['archive'])
  })

  it('never holds up writers when its disk fails, and catches up by itself', async () => {
    let failing = true
    const flaky = {
      ...disk,
      open: (...args: Parameters<typeof disk.open>) =>
        failing ? Promise.reject(new Error('no disk')) : disk.open(...args),
    }
    const archiver = await Archiver.open({
      state: etcd.state,
      disk: flaky,
      folder: join(folder, 'archive'),
      clusterId: 7n,
      clock: systemClock,
      log: silentLog,
    })
    for (let i = 0; i < 10; i++) await put('a', `${i}`)
    failing = false
    await archived(archiver)
    await archiver.close()
    assert.deepEqual(await keysAt({}), { a: '9' })
  })

  it('keeps nothing of a state that the disk has no room for, and tries less and less often', async () => {
    const clock = new ManualClock()
    const settle = () => new Promise((resolve) => setTimeout(resolve, 10))
    let tries = 0
    const full = {
      ...disk,
      async open(...args: Parameters<typeof disk.open>) {
        const file = await disk.open(...args)
        return {
          ...file,
          async write(offset: number, data: Uint8Array) {
            tries++
            await file.write(offset, data.subarray(0, 1))
            throw new Error('no space')
          },
        }
      },
    }
    const archiver = await Archiver.open({
      state: etcd.state,
      disk: full,
      folder: join(folder, 'archive'),
      clusterId: 7n,
      clock,
      log: silentLog,
    })
    while (tries < 1) await settle()
    await settle()
    assert.deepEqual(await fs.readdir(join(folder, 'archive')), ['cluster'])
    for (let seconds = 0; seconds < 20; seconds++) {
      clock.advance(1000)
      await settle()
    }
    // After 1, 3, 7 and 15 seconds.
    assert.equal(tries, 5)
    await archiver.close()
  })
})
