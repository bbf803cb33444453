import assert from 'node:assert/strict'
import { type Disk, DiskError } from '../../../src/base/index.ts'
import { SeededRandom, SimClock, SimMachine } from '../../../src/sim/index.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const bytes = (text: string) => Buffer.from(text)
const SEEDS = 60

/** Runs `work` on a fresh machine, lets the power fail, and shows what is left. */
async function crashAfter<T>(
  seed: number,
  work: (disk: Disk) => Promise<void>,
  inspect: (disk: Disk) => Promise<T>,
): Promise<T> {
  const clock = new SimClock({ startMs: 0, turn })
  const machine = new SimMachine({ name: 'm', clock, random: new SeededRandom(seed) })
  await settle(clock, work(machine.boot().disk))
  machine.powerFail()
  return settle(clock, inspect(machine.boot().disk))
}

async function settle<T>(clock: SimClock, promise: Promise<T>): Promise<T> {
  let isDone = false
  const done = () => {
    isDone = true
  }
  promise.then(done, done)
  await clock.run({ forMs: 60_000, until: () => isDone })
  return promise
}

/** What is left after a crash, over many seeds. */
async function outcomes(
  work: (disk: Disk) => Promise<void>,
  inspect: (disk: Disk) => Promise<string>,
): Promise<Set<string>> {
  const seen = new Set<string>()
  for (let seed = 1; seed <= SEEDS; seed++) seen.add(await crashAfter(seed, work, inspect))
  return seen
}

async function content(disk: Disk, path: string): Promise<string> {
  return (await disk.stat(path)) ? Buffer.from(await disk.readFile(path)).toString() : 'absent'
}

describe('sim: the disk', () => {
  it('keeps what was synced, name and content', async () => {
    const seen = await outcomes(
      async (disk) => {
        await disk.mkdir('a/b')
        const file = await disk.open('a/b/f', { create: true })
        await file.write(0, bytes('hello'))
        await file.sync()
        await disk.syncFolder('')
        await disk.syncFolder('a')
        await disk.syncFolder('a/b')
      },
      (disk) => content(disk, 'a/b/f'),
    )
    assert.deepEqual([...seen], ['hello'])
  })

  it('may lose, keep or tear what was not', async () => {
    const big = 'x'.repeat(2000)
    const seen = await outcomes(
      async (disk) => {
        await disk.writeFileAtomic('f', bytes('o'.repeat(2000)))
        const file = await disk.open('f')
        await file.write(0, bytes(big))
      },
      (disk) => content(disk, 'f'),
    )
    assert.ok(seen.has('o'.repeat(2000)))
    assert.ok(seen.has(big))
    assert.ok([...seen].some((text) => text.includes('o') && text.includes('x')))
  })

  it('a write with data sync is durable when it returns', async () => {
    const seen = await outcomes(
      async (disk) => {
        await disk.writeFileAtomic('f', new Uint8Array(0))
        const file = await disk.open('f', { dataSync: true })
        await file.write(0, bytes('one'))
        await file.write(3, bytes('two'))
      },
      (disk) => content(disk, 'f'),
    )
    assert.deepEqual([...seen], ['onetwo'])
  })

  it('a name is lost without a sync of its folder', async () => {
    const seen = await outcomes(
      async (disk) => {
        const file = await disk.open('f', { create: true })
        await file.write(0, bytes('data'))
        await file.sync()
      },
      (disk) => content(disk, 'f'),
    )
    assert.deepEqual([...seen].sort(), ['absent', 'data'])
  })

  it('replaces a file whole', async () => {
    const seen = await outcomes(
      async (disk) => {
        await disk.writeFileAtomic('f', bytes('old'))
        await disk.writeFileAtomic('f', bytes('new'))
      },
      (disk) => content(disk, 'f'),
    )
    assert.deepEqual([...seen], ['new'])
  })

  it('a rename is there or not', async () => {
    const seen = await outcomes(
      async (disk) => {
        await disk.writeFileAtomic('f', bytes('data'))
        await disk.rename('f', 'g')
      },
      async (disk) => (await disk.list('')).join(),
    )
    assert.deepEqual([...seen].sort(), ['f', 'g'])
  })

  it('refuses as a disk does', async () => {
    const codes = await crashAfter(
      1,
      async () => {},
      async (disk) => {
        await disk.writeFileAtomic('f', bytes('data'))
        const code = (work: Promise<unknown>) =>
          work.then(
            () => 'none',
            (error: unknown) => (error instanceof DiskError ? error.code : 'other'),
          )
        return Promise.all([
          code(disk.open('absent')),
          code(disk.list('absent')),
          code(disk.list('f')),
          code(disk.open('absent/f', { create: true })),
          code(disk.remove('absent')),
        ])
      },
    )
    assert.deepEqual(codes, ['not-found', 'not-found', 'not-a-folder', 'not-found', 'none'])
  })

  it('lets no file grow beyond its space, and lets each shrink', async () => {
    const clock = new SimClock({ startMs: 0, turn })
    const random = new SeededRandom(1)
    const machine = new SimMachine({ name: 'm', clock, random, diskBytes: 1000 })
    const { disk } = machine.boot()
    const work = async () => {
      const file = await disk.open('f', { create: true })
      await file.truncate(1000)
      const isFull = (error: unknown) => error instanceof DiskError && error.code === 'no-space'
      await assert.rejects(file.truncate(1001), isFull)
      assert.equal(await file.size(), 1000)
      await file.truncate(10)
      assert.equal(machine.medium.freeBytes, 990)
    }
    await settle(clock, work())
  })
})
