import assert from 'node:assert/strict'
import { type Log, type LogFields, sleep } from '../../../src/base/index.ts'
import { Lifetime, SimClock } from '../../../src/sim/index.ts'
import { Steps } from '../../../src/store/steps.ts'

/** What is said while a step takes `stepMs`. */
async function said(stepMs: number): Promise<string[]> {
  const lines: string[] = []
  const at =
    (level: string) =>
    (message: string, fields: LogFields = {}) =>
      lines.push(`${level}: ${message} ${JSON.stringify(fields)}`)
  const log: Log = {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: () => log,
  }
  const turn = () => new Promise<void>((done) => setImmediate(done))
  const sim = new SimClock({ startMs: 0, turn })
  const clock = sim.of(new Lifetime(), { offsetMs: 0 })
  const steps = new Steps({ clock, log })
  const work = steps.take('opening the log', () => sleep(clock, stepMs).then(() => 7), {
    path: 'p',
  })
  await sim.run({ forMs: 60_000 })
  assert.equal(await work, 7)
  return lines
}

describe('the steps of a start', () => {
  it('are not spoken of while they are quick', async () => {
    assert.deepEqual(await said(2900), [])
  })

  it('are told while one takes long, and when it is done at last', async () => {
    const fields = (seconds: number) => `{"path":"p","step":"opening the log","seconds":${seconds}}`
    assert.deepEqual(await said(7000), [
      `warn: the start takes long ${fields(3)}`,
      `warn: the start takes long ${fields(6)}`,
      `info: a slow step of the start is done ${fields(7)}`,
    ])
  })
})
