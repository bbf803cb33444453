import assert from 'node:assert/strict'
import { GrpcCode, GrpcError, type GrpcClient, KvError } from '../../../src/base/index.ts'
import { etcdserverpb as pb } from '../../../src/gen/etcd.js'
import { grpcClient } from '../../../src/platform/index.ts'
import { eventually } from '../navarch.ts'
import type { EtcdProcesses } from './etcd-process.ts'

const WRITERS = 4
const CALL_MS_MAX = 10_000
/** Between tries while nobody answers. */
const PAUSE_MS = 10

/** Writers that go on whatever happens to the members, and remember what they were promised. */
export class Load {
  readonly #client: GrpcClient
  readonly #acknowledged: string[] = []
  readonly #writers: Promise<void>[]
  #writing = true

  constructor(etcd: EtcdProcesses) {
    const endpoints = [...etcd.members.values()].map(({ client }) => client)
    this.#client = grpcClient({ endpoints })
    this.#writers = Array.from({ length: WRITERS }, (_, writer) => this.#write(writer))
  }

  get acknowledged(): number {
    return this.#acknowledged.length
  }

  /** Until so many more writes were acknowledged. */
  async more(writes: number): Promise<void> {
    const goal = this.acknowledged + writes
    await eventually(`${writes} more writes`, () => this.acknowledged >= goal)
  }

  async stop(): Promise<void> {
    this.#writing = false
    await Promise.all(this.#writers)
  }

  async close(): Promise<void> {
    await this.stop()
    await this.#client.close()
  }

  /** Everything that was acknowledged is there: by now, as the writers go on meanwhile. */
  async check(): Promise<void> {
    const acknowledged = [...this.#acknowledged]
    const request = { key: Buffer.from('0'), rangeEnd: Buffer.from('9'), keysOnly: true }
    const all = pb.RangeRequest.encode(request).finish()
    // Members may be back sooner than this client tries their ports again.
    const response = await eventually('a member to answer', () =>
      this.#client.unary('/etcdserverpb.KV/Range', all, this.#call()).catch(ifUnavailable),
    )
    const keys = new Set(pb.RangeResponse.decode(response).kvs.map(({ key }) => String(key)))
    const lost = acknowledged.filter((key) => !keys.has(key))
    assert.deepEqual(lost, [], 'acknowledged and lost')
  }

  #call() {
    return { signal: AbortSignal.timeout(CALL_MS_MAX) }
  }

  async #write(writer: number): Promise<void> {
    let i = 0
    while (this.#writing) {
      const key = `${writer}/${String(i++).padStart(6, '0')}`
      const request = pb.PutRequest.encode({ key: Buffer.from(key), value: Buffer.from(key) })
      try {
        await this.#client.unary('/etcdserverpb.KV/Put', request.finish(), this.#call())
        this.#acknowledged.push(key)
      } catch (error) {
        // It may have been done all the same; nobody was promised anything.
        if (!(error instanceof GrpcError || error instanceof KvError)) {
          if (!(error instanceof Error) || error.name === 'TypeError') throw error
        }
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
      }
    }
  }
}

/** Until every member holds the same: one hash of one revision. */
export async function sameHashes(etcd: EtcdProcesses): Promise<void> {
  await eventually('all members to hold the same', async () => {
    const { code, stdout } = await etcd.etcdctl('endpoint hashkv -w json')
    if (code !== 0) return false
    const hashes: { HashKV: { hash: number; header: { revision: number } } }[] = JSON.parse(stdout)
    const texts = hashes.map(({ HashKV: h }) => `${h.hash} ${h.header.revision}`)
    return texts.length === etcd.members.size && new Set(texts).size === 1
  })
}

function ifUnavailable(error: unknown): undefined {
  if (!(error instanceof GrpcError) || error.code !== GrpcCode.unavailable) throw error
}
