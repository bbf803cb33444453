import assert from 'node:assert/strict'
import { type GrpcClient, GrpcError } from '../../src/base/index.ts'
import { etcdserverpb, v3electionpb as epb, v3lockpb as lpb } from '../../src/gen/etcd.js'
import { needProgram } from '../support/peers.ts'
import { plain, startTwins, type Twins } from './etcd-twin.ts'

const b = (text: string): Uint8Array => Buffer.from(text)

interface Method<Q, A> {
  path: string
  request: { encode(message: Q): { finish(): Uint8Array } }
  response: { decode(bytes: Uint8Array): A }
}

const lockMethod: Method<lpb.LockRequest.$Properties, lpb.LockResponse> = {
  path: '/v3lockpb.Lock/Lock',
  request: lpb.LockRequest,
  response: lpb.LockResponse,
}
const unlock = {
  path: '/v3lockpb.Lock/Unlock',
  request: lpb.UnlockRequest,
  response: lpb.UnlockResponse,
}
const campaign: Method<epb.CampaignRequest.$Properties, epb.CampaignResponse> = {
  path: '/v3electionpb.Election/Campaign',
  request: epb.CampaignRequest,
  response: epb.CampaignResponse,
}
const proclaim = {
  path: '/v3electionpb.Election/Proclaim',
  request: epb.ProclaimRequest,
  response: epb.ProclaimResponse,
}
const leader = {
  path: '/v3electionpb.Election/Leader',
  request: epb.LeaderRequest,
  response: epb.LeaderResponse,
}
const resign = {
  path: '/v3electionpb.Election/Resign',
  request: epb.ResignRequest,
  response: epb.ResignResponse,
}

async function ask<Q, A>(
  client: GrpcClient,
  { path, request, response }: Method<Q, A>,
  message: Q,
  options: { signal?: AbortSignal } = {},
): Promise<unknown> {
  try {
    const bytes = await client.unary(path, request.encode(message).finish(), options)
    return plain(response.decode(bytes))
  } catch (error) {
    if (!(error instanceof GrpcError)) throw error
    return { code: error.code, message: error.message }
  }
}

describe('locks and elections beside a real etcd', function () {
  this.timeout(30_000)
  let twins: Twins

  before(async function () {
    needProgram(this, 'etcd')
    twins = await startTwins()
    for (const ID of [1n, 2n, 3n]) await twins.same(['grant', { ID, TTL: 500 }])
  })
  after(() => twins?.stop())

  /** Runs the same script against both, and compares what each step answered. */
  async function alike(script: (client: GrpcClient) => Promise<unknown[]>): Promise<unknown[]> {
    const [theirs, ours] = await Promise.all(twins.clients.map(script))
    assert.deepEqual(ours, theirs)
    return theirs ?? []
  }

  const until = async (client: GrpcClient, prefix: string, count: number) => {
    const request = { key: b(prefix), rangeEnd: b(`${prefix}~`), countOnly: true }
    const bytes = etcdserverpb.RangeRequest.encode(request).finish()
    for (;;) {
      const answer = await client.unary('/etcdserverpb.KV/Range', bytes)
      if (etcdserverpb.RangeResponse.decode(answer).count === count) return
    }
  }

  it('give a lock to one after the other, in the order of their coming', async () => {
    const answers = await alike(async (client) => {
      const order: string[] = []
      const first = await ask(client, lockMethod, { name: b('l'), lease: 1n })
      const again = await ask(client, lockMethod, { name: b('l'), lease: 1n })
      const second = ask(client, lockMethod, { name: b('l'), lease: 2n }).finally(() =>
        order.push('second'),
      )
      await until(client, 'l/', 2)
      const third = ask(client, lockMethod, { name: b('l'), lease: 3n }).finally(() =>
        order.push('third'),
      )
      await until(client, 'l/', 3)
      const unlocked = await ask(client, unlock, { key: b('l/1') })
      const held = await second
      assert.deepEqual(order, ['second'])
      await ask(client, unlock, { key: b('l/2') })
      return [
        first,
        again,
        unlocked,
        held,
        await third,
        await ask(client, unlock, { key: b('l/3') }),
      ]
    })
    assert.deepEqual((answers[0] as { key: string }).key, '"l/1"')
  })

  it('take the key back of who gives up waiting', async () => {
    await alike(async (client) => {
      await ask(client, lockMethod, { name: b('g'), lease: 1n })
      const aborter = new AbortController()
      const { signal } = aborter
      const waiting = ask(client, lockMethod, { name: b('g'), lease: 2n }, { signal })
      await until(client, 'g/', 2)
      aborter.abort(new GrpcError(1, 'given up'))
      await waiting.catch(() => undefined)
      await until(client, 'g/', 1)
      return [await ask(client, unlock, { key: b('g/1') })]
    })
  })

  it('refuse with the same words', async () => {
    await alike(async (client) => [
      await ask(client, lockMethod, { name: b('l'), lease: 99n }),
      await ask(client, unlock, { key: b('') }),
      await ask(client, unlock, { key: b('none') }),
      await ask(client, campaign, { name: b('e'), lease: 99n, value: b('x') }),
      await ask(client, proclaim, { value: b('x') }),
      await ask(client, resign, {}),
      await ask(client, leader, { name: b('e') }),
      await ask(client, proclaim, {
        leader: { name: b('e'), key: b('e/1'), rev: 3, lease: 1n },
        value: b('x'),
      }),
    ])
  })

  it('elect, proclaim and resign alike', async () => {
    await alike(async (client) => {
      const won = await ask(client, campaign, { name: b('e'), lease: 1n, value: b('one') })
      const told = await ask(client, leader, { name: b('e') })
      const second = ask(client, campaign, { name: b('e'), lease: 2n, value: b('two') })
      await until(client, 'e/', 2)
      const { rev } = (won as { leader: { rev: number } }).leader
      const key = { name: b('e'), key: b('e/1'), rev, lease: 1n }
      const proclaimed = await ask(client, proclaim, { leader: key, value: b('uno') })
      const now = await ask(client, leader, { name: b('e') })
      const again = await ask(client, campaign, { name: b('e'), lease: 1n, value: b('ein') })
      const resigned = await ask(client, resign, { leader: key })
      const twice = await ask(client, resign, { leader: key })
      const next = await second
      return [won, told, proclaimed, now, again, resigned, twice, next]
    })
  })

  it('show every observer who leads', async () => {
    await alike(async (client) => {
      const aborter = new AbortController()
      async function* request() {
        yield epb.LeaderRequest.encode({ name: b('o') }).finish()
        await new Promise((resolve) => aborter.signal.addEventListener('abort', resolve))
      }
      const path = '/v3electionpb.Election/Observe'
      const stream = client.stream(path, request(), { signal: aborter.signal })
      const told = stream[Symbol.asyncIterator]()
      const next = async () => {
        const { value } = await told.next()
        const { kv } = epb.LeaderResponse.decode(value)
        return plain(kv)
      }
      const waiting = next()
      const won = await ask(client, campaign, { name: b('o'), lease: 1n, value: b('one') })
      const seen = [await waiting]
      const { rev } = (won as { leader: { rev: number } }).leader
      const key = { name: b('o'), key: b('o/1'), rev, lease: 1n }
      await ask(client, proclaim, { leader: key, value: b('uno') })
      seen.push(await next())
      const second = ask(client, campaign, { name: b('o'), lease: 2n, value: b('two') })
      await until(client, 'o/', 2)
      await ask(client, resign, { leader: key })
      await second
      seen.push(await next())
      aborter.abort(new GrpcError(1, 'seen enough'))
      await told.next().catch(() => undefined)
      return seen
    })
  })
})
