import assert from 'node:assert/strict'
import { GrpcError, KvError } from '../../src/base/index.ts'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import { grpcClient } from '../../src/platform/index.ts'
import { eventually } from '../support/navarch.ts'
import { EtcdProcesses } from '../support/store/etcd-process.ts'

/** `KILLS=200` for the long form. */
const KILLS = Number(process.env['KILLS'] ?? 10)
const NAMES = ['m1', 'm2', 'm3']
const WRITERS = 4
const BETWEEN_MS_MAX = 400

/** Real processes, killed at random moments under load. */
describe('members that are killed', function () {
  this.timeout(60_000 + KILLS * 10_000)
  let etcd: EtcdProcesses
  afterEach(() => etcd?.close())

  it(`lose nothing that was acknowledged in ${KILLS} kills, and hold the same afterwards`, async () => {
    etcd = await EtcdProcesses.open()
    const initial = await etcd.initial(NAMES)
    await Promise.all(NAMES.map((name) => etcd.start(name, initial)))
    await etcd.ready(...NAMES)
    const endpoints = NAMES.map((name) => etcd.members.get(name)?.client ?? '')
    const client = grpcClient({ endpoints })
    const call = () => ({ signal: AbortSignal.timeout(10_000) })
    const acknowledged: string[] = []
    let writing = true
    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let i = 0; writing; i++) {
        const key = `${writer}/${String(i).padStart(6, '0')}`
        const request = pb.PutRequest.encode({ key: Buffer.from(key), value: Buffer.from(key) })
        try {
          await client.unary('/etcdserverpb.KV/Put', request.finish(), call())
          acknowledged.push(key)
        } catch (error) {
          // It may have been done all the same; nobody was promised anything.
          if (!(error instanceof GrpcError || error instanceof KvError)) {
            if (!(error instanceof Error) || error.name === 'TypeError') throw error
          }
        }
      }
    })
    for (let i = 0; i < KILLS; i++) {
      await new Promise((resolve) => setTimeout(resolve, Math.random() * BETWEEN_MS_MAX))
      const name = NAMES[Math.floor(Math.random() * NAMES.length)] ?? 'm1'
      const victim = etcd.members.get(name)
      victim?.child.kill('SIGKILL')
      await victim?.exit()
      await etcd.start(name, initial)
      await etcd.ready(name)
    }
    writing = false
    await Promise.all(writers)
    assert(acknowledged.length > KILLS, `${acknowledged.length} writes were acknowledged`)
    const all = pb.RangeRequest.encode({
      key: Buffer.from('0'),
      rangeEnd: Buffer.from('9'),
      keysOnly: true,
    })
    const response = await client.unary('/etcdserverpb.KV/Range', all.finish(), call())
    const keys = new Set(pb.RangeResponse.decode(response).kvs.map(({ key }) => String(key)))
    assert.deepEqual(
      acknowledged.filter((key) => !keys.has(key)),
      [],
    )
    await client.close()
    await eventually('all members to hold the same', async () => {
      const { code, stdout } = await etcd.etcdctl('endpoint hashkv -w json')
      if (code !== 0) return false
      const hashes: { HashKV: { hash: number; header: { revision: number } } }[] =
        JSON.parse(stdout)
      const texts = hashes.map(({ HashKV: h }) => `${h.hash} ${h.header.revision}`)
      return texts.length === NAMES.length && new Set(texts).size === 1
    })
  })
})
