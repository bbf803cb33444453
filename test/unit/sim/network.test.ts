import assert from 'node:assert/strict'
import {
  FAIR_WEATHER,
  type NetworkWeather,
  SeededRandom,
  SimClock,
  SimNetwork,
} from '../../../src/sim/index.ts'

const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
const COUNT = 500

function start(weather: Partial<NetworkWeather> = {}) {
  const clock = new SimClock({ startMs: 0, turn })
  const network = new SimNetwork<number>({
    clock,
    random: new SeededRandom(1),
    weather: { ...FAIR_WEATHER, ...weather },
  })
  const got: number[] = []
  const links: string[] = []
  for (const id of [1, 2, 3]) {
    network.attach(id, {
      onPacket: (_, packet) => got.push(packet),
      onDown: (peer) => links.push(`${id} lost ${peer}`),
      onUp: (peer) => links.push(`${id} has ${peer}`),
    })
  }
  return { clock, network, got, links }
}

describe('sim: the network', () => {
  it('delivers', async () => {
    const { clock, network, got } = start()
    network.send(1, 2, 7)
    await clock.run({ forMs: 10 })
    assert.deepEqual(got, [7])
  })

  it('loses, doubles and reorders as its weather says', async () => {
    const { clock, network, got } = start({ lossRate: 0.2, duplicateRate: 0.2, delayMsMax: 5 })
    for (let i = 0; i < COUNT; i++) network.send(1, 2, i)
    await clock.run({ forMs: 100 })
    const distinct = new Set(got).size
    assert.ok(distinct > COUNT * 0.7 && distinct < COUNT * 0.9, `${distinct} arrived`)
    assert.ok(got.length > distinct * 1.1, `${got.length} deliveries`)
    assert.ok(got.some((packet, i) => packet < (got[i - 1] ?? 0)))
  })

  it('carries nothing over a cut, in one direction or both, nor what was on its way', async () => {
    const { clock, network, got } = start()
    network.send(1, 2, 1)
    network.partition([1, 2, 3], (from, to) => from === 1 && to === 2)
    network.send(1, 2, 2)
    network.send(2, 1, 3)
    await clock.run({ forMs: 10 })
    assert.deepEqual(got, [3])
    network.heal()
    network.send(1, 2, 4)
    await clock.run({ forMs: 10 })
    assert.deepEqual(got, [3, 4])
  })

  it('tells of connections that come and break', async () => {
    const { clock, network, links } = start()
    await clock.run({ forMs: 100 })
    assert.equal(links.length, 6)
    network.detach(3)
    await clock.run({ forMs: 100 })
    assert.deepEqual(links.slice(6).sort(), ['1 lost 3', '2 lost 3'])
    network.reset(1, 2)
    assert.deepEqual(links.slice(8), ['1 lost 2', '2 lost 1'])
  })
})
