import assert from 'node:assert/strict'
import { EtcdProcesses } from '../support/store/etcd-process.ts'
import { Load, sameHashes } from '../support/store/load.ts'

/** `KILLS=200` for the long form. */
const KILLS = Number(process.env['KILLS'] ?? 10)
const NAMES = ['m1', 'm2', 'm3']
const BETWEEN_MS_MAX = 400

/** Real processes, killed at random moments under load. */
describe('members that are killed', function () {
  this.timeout(60_000 + KILLS * 10_000)
  let etcd: EtcdProcesses
  let load: Load | undefined
  afterEach(async () => {
    await load?.close()
    await etcd?.close()
  })

  it(`lose nothing that was acknowledged in ${KILLS} kills, and hold the same afterwards`, async () => {
    etcd = await EtcdProcesses.open()
    const initial = await etcd.initial(NAMES)
    await Promise.all(NAMES.map((name) => etcd.start(name, initial)))
    await etcd.ready(...NAMES)
    load = new Load(etcd)
    for (let i = 0; i < KILLS; i++) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * BETWEEN_MS_MAX))
      const name = NAMES[Math.floor(Math.random() * NAMES.length)] ?? 'm1'
      const victim = etcd.members.get(name)
      victim?.child.kill('SIGKILL')
      await victim?.exit()
      await etcd.start(name, initial)
      await etcd.ready(name)
    }
    await load.stop()
    assert(load.acknowledged > KILLS, `${load.acknowledged} writes were acknowledged`)
    await load.check()
    await sameHashes(etcd)
  })
})
