import assert from 'node:assert/strict'
import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  DiskError,
  type Disk,
  type DiskOpenOptions,
  silentLog,
} from '../../../../src/base/index.ts'
import { systemDisk } from '../../../../src/platform/disk.ts'
import type { Entry } from '../../../../src/raft/index.ts'
import { SeededRandom, SimClock, SimMachine } from '../../../../src/sim/index.ts'
import {
  crc32,
  crc32ByTable,
  Wal,
  WalDamagedError,
  WalIdentityError,
  type WalRecord,
} from '../../../../src/store/wal/index.ts'

const identity = { clusterId: 0xfedc_ba98_7654_3210n, memberId: 2 ** 52 + 3 }

function entry(index: number, data = `data ${index}`, term = 1): Entry {
  return { type: 'normal', term, index, data: Buffer.from(data) }
}

const record = (...args: Parameters<typeof entry>): WalRecord => ({
  type: 'entry',
  entry: entry(...args),
})

/** A disk that can be full: files do not grow any more, what they have can still be written. */
function fillableDisk(): { disk: Disk; isFull: boolean } {
  const real = systemDisk()
  const fillable = {
    isFull: false,
    disk: {
      ...real,
      async open(path: string, opened?: DiskOpenOptions) {
        const file = await real.open(path, opened)
        const write: typeof file.write = async (offset, data) => {
          const grows = offset + data.length > (await file.size())
          if (!fillable.isFull || !grows) return file.write(offset, data)
          await file.write(offset, data.subarray(0, 100))
          throw new DiskError('no-space', path, `${path}: the disk is full`)
        }
        return { ...file, write }
      },
    },
  }
  return fillable
}

/** A disk whose writes and syncs can be made to fail, and that counts what is open. */
function faultyDisk() {
  const real = systemDisk()
  const fault: { write?: RegExp; sync?: RegExp } = {}
  let opened = 0
  const disk: Disk = {
    ...real,
    async open(path: string, options?: DiskOpenOptions) {
      const file = await real.open(path, options)
      opened++
      const failing = (which: RegExp | undefined, work: () => Promise<void>) =>
        which?.test(path) ? Promise.reject(new DiskError('io', path, 'input/output error')) : work()
      return {
        ...file,
        write: (offset, data) => failing(fault.write, () => file.write(offset, data)),
        sync: () => failing(fault.sync, () => file.sync()),
        async close() {
          await file.close()
          opened--
        },
      }
    },
  }
  return { disk, fault, opened: () => opened }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve))
}

describe('write-ahead log', () => {
  let folder: string
  beforeEach(async () => {
    folder = await fs.mkdtemp(join(tmpdir(), 'wal-'))
  })
  afterEach(() => fs.rm(folder, { recursive: true, force: true }))

  const options = (disk: Disk = systemDisk(), segmentBytes = 8192) => ({
    disk,
    folder,
    log: silentLog,
    segmentBytes,
  })
  const segments = async () => (await fs.readdir(folder)).filter((n) => n.endsWith('.wal')).sort()
  const segmentPath = async (at: number) => join(folder, (await segments()).at(at) ?? '')
  const create = (records: WalRecord[] = []) => Wal.create(options(), identity, records)

  async function reopen() {
    const { wal, contents } = await Wal.open(options(), identity)
    await wal.close()
    const entries = contents.entries.map((e) => [e.index, e.term, Buffer.from(e.data).toString()])
    return { ...contents, entries }
  }

  it('gives back what was written', async () => {
    const wal = await create([{ type: 'membership', membership: Buffer.from('who') }])
    await wal.append([{ type: 'hard-state', hardState: { term: 3, vote: 7, commit: 0 } }])
    await wal.append([record(1), record(2, ''), record(3)])
    await wal.append([record(3, 'replaced', 2)])
    await wal.append([{ type: 'hard-state', hardState: { term: 3, vote: 7, commit: 2 } }])
    await wal.close()
    const contents = await reopen()
    assert.deepEqual(contents.entries, [
      [1, 1, 'data 1'],
      [2, 1, ''],
      [3, 2, 'replaced'],
    ])
    assert.deepEqual(contents.hardState, { term: 3, vote: 7, commit: 2 })
    assert.deepEqual(contents.base, { index: 0, term: 0 })
    assert.equal(Buffer.from(contents.membership).toString(), 'who')
  })

  it('goes on after being opened again, many times', async () => {
    await (await create()).close()
    for (let i = 1; i <= 30; i++) {
      const { wal, contents } = await Wal.open(options(), identity)
      assert.equal(contents.entries.length, i - 1)
      await wal.append([record(i, 'x'.repeat(900))])
      await wal.close()
    }
    assert((await segments()).length > 3)
  })

  it('releases segments behind the base, and starts from what is left', async () => {
    const wal = await create([{ type: 'membership', membership: Buffer.from('who') }])
    for (let i = 1; i <= 100; i++) await wal.append([record(i, 'x'.repeat(500))])
    await wal.append([{ type: 'hard-state', hardState: { term: 1, vote: 1, commit: 100 } }])
    const before = wal.segmentCount
    await wal.append([{ type: 'base', base: { index: 90, term: 1 } }])
    await wal.release(90)
    assert(wal.segmentCount < before / 2, `${wal.segmentCount} of ${before} segments are left`)
    await wal.append([record(101)])
    await wal.close()
    const contents = await reopen()
    assert.deepEqual(contents.base, { index: 90, term: 1 })
    assert.deepEqual(
      contents.entries.map((e) => e[0]),
      [91, 92, 93, 94, 95, 96, 97, 98, 99, 100, 101],
    )
    assert.equal(contents.hardState.commit, 100)
    assert.equal(Buffer.from(contents.membership).toString(), 'who')
  })

  it('forgets everything at a reset, and remembers one that was only announced', async () => {
    const wal = await create()
    await wal.append([record(1), record(2), record(3)])
    const base = { index: 50, term: 4 }
    await wal.append([{ type: 'incoming', base, membership: Buffer.from('new') }])
    await wal.close()
    const announced = await reopen()
    assert.equal(announced.entries.length, 3)
    assert.deepEqual(announced.incoming?.base, base)
    const { wal: again } = await Wal.open(options(), identity)
    await again.append([{ type: 'reset', base }])
    await again.append([record(51, 'after', 4)])
    await again.close()
    const contents = await reopen()
    assert.deepEqual(contents.entries, [[51, 4, 'after']])
    assert.deepEqual(contents.base, base)
    assert.equal(contents.incoming, undefined)
  })

  it('forgets an announced reset once entries were written without it', async () => {
    const wal = await create()
    await wal.append([record(1), record(2), record(3)])
    const base = { index: 4, term: 4 }
    await wal.append([{ type: 'incoming', base, membership: Buffer.from('new') }])
    await wal.close()
    // The installation was broken off; then a leader sent what follows after all.
    const { wal: again } = await Wal.open(options(), identity)
    for (let index = 4; index <= 200; index++) await again.append([record(index)])
    assert(again.segmentCount > 1, 'the newest segment repeats what the older ones say')
    await again.close()
    const contents = await reopen()
    assert.equal(contents.incoming, undefined)
    assert.equal(contents.entries.length, 200)
  })

  it('takes a batch that is larger than a segment', async () => {
    const wal = await create()
    await wal.append([record(1, 'y'.repeat(50_000)), record(2)])
    for (let i = 3; i < 20; i++) await wal.append([record(i, 'x'.repeat(900))])
    await wal.close()
    assert.equal((await reopen()).entries.length, 19)
  })

  it('cuts a last write off that is torn at any byte, and loses nothing before it', async () => {
    const wal = await create()
    await wal.append([record(1)])
    const path = await segmentPath(-1)
    const before = await fs.readFile(path)
    await wal.append([record(2, 'the last one'), record(3)])
    await wal.close()
    const after = await fs.readFile(path)
    const start = after.findIndex((byte, i) => byte !== before[i])
    let end = after.length
    while (after[end - 1] === 0) end--
    for (let cut = start + 1; cut < end; cut++) {
      const torn = Buffer.from(after)
      torn.fill(0, cut)
      await fs.writeFile(path, torn)
      const { wal: cutWal, contents } = await Wal.open(options(), identity)
      // Only within the trailer, behind the payload, is the write complete.
      assert(contents.entries.length === 1 || cut > end - 16, `cut at ${cut} of ${end}`)
      const next = contents.entries.length + 1
      await cutWal.append([record(next, 'next')])
      await cutWal.close()
      assert.deepEqual((await reopen()).entries.at(-1), [next, 1, 'next'])
    }
  })

  it('stops at damage before the end, naming file, offset and remedy', async () => {
    const wal = await create()
    for (let i = 1; i <= 10; i++) await wal.append([record(i)])
    await wal.close()
    const path = await segmentPath(-1)
    const sound = await fs.readFile(path)
    const at = sound.indexOf('data 5')
    for (const offset of [at, at - 10, at - 20, at - 29]) {
      const damaged = Buffer.from(sound)
      damaged[offset] = (damaged[offset] ?? 0) ^ 0x40
      await fs.writeFile(path, damaged)
      await assert.rejects(reopen(), (error) => {
        assert(error instanceof WalDamagedError)
        assert.equal(error.path, path)
        assert.match(error.message, /damaged at offset \d+ .*restore a backup/)
        return true
      })
      assert.deepEqual(await fs.readFile(path), damaged, 'nothing was changed')
    }
  })

  it('tells a flipped bit in the last write from a torn one', async () => {
    const wal = await create()
    await wal.append([record(1, 'no zeros here: 0123456789')])
    await wal.close()
    const path = await segmentPath(-1)
    const bytes = await fs.readFile(path)
    const at = bytes.indexOf('zeros')
    bytes[at] = (bytes[at] ?? 0) ^ 1
    await fs.writeFile(path, bytes)
    await assert.rejects(reopen(), WalDamagedError)
  })

  it('stops when a segment is missing, cut short or out of place', async () => {
    const wal = await create()
    for (let i = 1; i <= 60; i++) await wal.append([record(i, 'x'.repeat(500))])
    await wal.close()
    const middle = await segmentPath(2)
    const bytes = await fs.readFile(middle)
    await fs.rm(middle)
    await assert.rejects(reopen(), /segment 3 is missing/)
    await fs.writeFile(middle, bytes.subarray(0, 3000))
    await assert.rejects(reopen(), WalDamagedError)
    await fs.copyFile(await segmentPath(1), middle)
    await assert.rejects(reopen(), /the file holds segment 2/)
    await fs.writeFile(middle, bytes)
    assert.equal((await reopen()).entries.length, 60)
  })

  it('refuses the log of another cluster or member', async () => {
    await (await create()).close()
    const other = { ...identity, clusterId: 5n }
    await assert.rejects(Wal.open(options(), other), (error) => {
      assert(error instanceof WalIdentityError)
      assert.match(error.message, /belongs to cluster fedcba9876543210, not to 5/)
      return true
    })
    await assert.rejects(Wal.open(options(), { ...identity, memberId: 9 }), WalIdentityError)
  })

  it('leaves no log behind when creating one is interrupted', async () => {
    const disk = systemDisk()
    const crashing: Disk = {
      ...disk,
      rename: () => Promise.reject(new DiskError('io', folder, 'power cut')),
    }
    await assert.rejects(Wal.create(options(crashing), identity, []), /power cut/)
    assert.equal(await Wal.exists(options()), false)
    await (await create()).close()
    assert.equal(await Wal.exists(options()), true)
  })

  it('is not usable after a failed write', async () => {
    const { disk, fault, opened } = faultyDisk()
    const wal = await Wal.create(options(disk), identity, [])
    fault.write = /./
    await assert.rejects(wal.append([record(1)]), DiskError)
    delete fault.write
    await assert.rejects(wal.append([record(1)]), /none after a failed one/)
    await wal.close()
    assert.equal(opened(), 0)
  })

  it('leaves no file open when the next segment fails', async () => {
    const { disk, fault, opened } = faultyDisk()
    const wal = await Wal.create(options(disk), identity, [])
    await wal.append([record(1, 'x'.repeat(5000))])
    await until(() => opened() === 2)
    fault.write = /next\.tmp/
    await assert.rejects(wal.append([record(2, 'x'.repeat(5000))]), /input.output error/)
    await wal.close()
    assert.equal(opened(), 0)
  })

  it('does not believe a sync behind a failed one', async () => {
    const { disk, fault, opened } = faultyDisk()
    const warned: string[] = []
    const log = { ...silentLog, warn: (message: string) => void warned.push(message) }
    const wal = await Wal.create({ ...options(disk), log }, identity, [])
    fault.sync = /next\.tmp/
    await wal.append([record(1, 'x'.repeat(5000))])
    await until(() => warned.length > 0)
    // The disk seems well again, as it does after it dropped what it could not write.
    delete fault.sync
    await assert.rejects(wal.append([record(2, 'x'.repeat(5000))]), /input.output error/)
    await wal.close()
    assert.equal(opened(), 0)
  })

  it('has on disk what it was opened with, though the last sync failed', async () => {
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    const clock = new SimClock({ startMs: 0, turn })
    const machine = new SimMachine({ name: 'm', clock, random: new SeededRandom(1) })
    const entries = async <T>(work: (disk: Disk) => Promise<T>): Promise<T> => {
      let isDone = false
      const result = work(machine.boot().disk)
      result.then(
        () => (isDone = true),
        () => (isDone = true),
      )
      await clock.run({ forMs: 60_000, until: () => isDone })
      return result
    }
    const read = (disk: Disk) =>
      Wal.open(options(disk), identity).then(({ contents }) => contents.entries.length)
    await entries(async (disk) => {
      const wal = await Wal.create(options(disk), identity, [record(1)])
      machine.medium.failsNextSync = true
      await assert.rejects(wal.append([record(2)]), /input.output error/)
    })
    // The kernel still has it: whoever reads it there will tell others that it is here.
    assert.equal(await entries(read), 2)
    machine.powerFail()
    assert.equal(await entries(read), 2)
  })

  it('leaves no file open when a log cannot be opened', async () => {
    await (await create([record(1)])).close()
    const path = await segmentPath(-1)
    await fs.truncate(path, 4096)
    const { disk, fault, opened } = faultyDisk()
    fault.write = /./
    await assert.rejects(Wal.open(options(disk), identity), /input.output error/)
    assert.equal(opened(), 0)
  })

  it('uses up its segment on a full disk, and goes on when there is room again', async () => {
    const full = fillableDisk()
    const warned: string[] = []
    const log = { ...silentLog, warn: (message: string) => void warned.push(message) }
    const wal = await Wal.create({ ...options(full.disk), log }, identity, [])
    full.isFull = true
    // The next segment is begun when half of this one is used.
    await wal.append([record(1, 'x'.repeat(5000))])
    await until(() => warned.length > 0)
    assert.deepEqual(await fs.readdir(folder), await segments(), 'what did fit is given back')
    await wal.append([record(2, 'x'.repeat(2000))])
    full.isFull = false
    await wal.append([record(3, 'x'.repeat(2000))])
    assert.equal(wal.segmentCount, 2)
    full.isFull = true
    await wal.append([record(4, 'x'.repeat(5000))])
    await assert.rejects(wal.append([record(5, 'x'.repeat(2000))]), /disk is full/)
    await wal.close()
    const kept = (await reopen()).entries.map(([index]) => index)
    assert.deepEqual(kept, [1, 2, 3, 4])
  })

  it('has the same checksum with and without zlib', () => {
    // The check value of CRC-32/ISO-HDLC in the CRC catalogue.
    assert.equal(crc32ByTable(Buffer.from('123456789'), 0), 0xcbf43926)
    const bytes = Buffer.from('continued from a seed')
    assert.equal(crc32(bytes, 0x12345678), crc32ByTable(bytes, 0x12345678))
  })
})
