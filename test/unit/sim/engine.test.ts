import assert from 'node:assert/strict'
import type { Engine } from '../../../src/base/index.ts'
import { SeededRandom, SimClock, SimMachine } from '../../../src/sim/index.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const bytes = (text: string) => Buffer.from(text)
const put = (key: string, value: string) =>
  ({ type: 'put', key: bytes(key), value: bytes(value) }) as const

class Bench {
  readonly clock = new SimClock({ startMs: 0, turn })
  readonly machine: SimMachine

  constructor(seed: number) {
    this.machine = new SimMachine({
      name: 'm',
      clock: this.clock,
      random: new SeededRandom(seed),
    })
  }

  open(): Promise<Engine> {
    return this.run(this.machine.boot().openEngine('db'))
  }

  async run<T>(promise: Promise<T>): Promise<T> {
    let isDone = false
    const done = () => {
      isDone = true
    }
    promise.then(done, done)
    await this.clock.run({ forMs: 60_000, until: () => isDone })
    return promise
  }

  async read(engine: Engine, range: Parameters<Engine['iterate']>[0] = {}): Promise<string> {
    const collect = async () => {
      const texts: string[] = []
      for await (const piece of engine.iterate(range)) {
        for (const [key, value] of piece) {
          texts.push(`${Buffer.from(key).toString()}=${Buffer.from(value).toString()}`)
        }
      }
      return texts.join(' ')
    }
    return this.run(collect())
  }
}

describe('sim: the engine', () => {
  it('keeps keys in the order of their bytes', async () => {
    const bench = new Bench(1)
    const engine = await bench.open()
    await bench.run(engine.batch([put('b', '2'), put('a', '1'), put('c', '3'), put('b', '4')]))
    assert.equal(await bench.read(engine), 'a=1 b=4 c=3')
    assert.equal(await bench.read(engine, { gte: bytes('b') }), 'b=4 c=3')
    assert.equal(await bench.read(engine, { lt: bytes('c'), reverse: true, limit: 1 }), 'b=4')
    await bench.run(engine.clear({ gte: bytes('b'), lt: bytes('c') }))
    assert.equal(await bench.read(engine), 'a=1 c=3')
    assert.equal(engine.get(bytes('b')), undefined)
    assert.deepEqual(engine.get(bytes('c')), bytes('3'))
  })

  it('loses at most a suffix of the batches that were not synced', async () => {
    const seen = new Set<string>()
    for (let seed = 1; seed <= 60; seed++) {
      const bench = new Bench(seed)
      const engine = await bench.open()
      await bench.run(engine.batch([put('a', '1')], { sync: true }))
      await bench.run(engine.batch([put('b', '1'), put('c', '1')]))
      await bench.run(engine.batch([put('d', '1')]))
      bench.machine.powerFail()
      seen.add(await bench.read(await bench.open()))
    }
    assert.deepEqual([...seen].sort(), ['a=1', 'a=1 b=1 c=1', 'a=1 b=1 c=1 d=1'])
  })

  it('loses nothing when only the process is killed', async () => {
    const bench = new Bench(1)
    const engine = await bench.open()
    await bench.run(engine.batch([put('a', '1')]))
    bench.machine.kill()
    assert.equal(await bench.read(await bench.open()), 'a=1')
  })
})
