import assert from 'node:assert/strict'
import { Channel, type GrpcClient } from '../../src/base/index.ts'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import { needProgram } from '../support/peers.ts'
import { plain, startTwins, type Step, type Twins } from './etcd-twin.ts'

const { SortOrder, SortTarget } = pb.RangeRequest
const { CompareResult, CompareTarget } = pb.Compare
const b = (text: string): Uint8Array => Buffer.from(text)

/** Each shape of request once, beside a real etcd; what chance finds is in etcd-twin.test.ts. */
describe('every shape of request beside a real etcd', function () {
  this.timeout(20_000)
  let twins: Twins

  before(async function () {
    needProgram(this, 'etcd')
    twins = await startTwins()
    await all([
      put('m/c', '3'),
      put('m/a', '22'),
      put('m/b', '1'),
      put('m/a', '2'),
      put('m/d', ''),
      ['deleteRange', { key: b('m/b') }],
      put('m/b', '0'),
      ['grant', { ID: 5n, TTL: 500 }],
      ['put', { key: b('m/e'), value: b('9'), lease: 5n }],
      put('other', 'x'),
    ])
  })
  after(() => twins?.stop())

  const put = (key: string, value: string): Step => ['put', { key: b(key), value: b(value) }]

  async function all(steps: readonly Step[]): Promise<void> {
    for (const step of steps) await twins.same(step)
  }

  it('ranges: each order by each target, whole, cut, keys alone and counted', async () => {
    const range = { key: b('m/'), rangeEnd: b('m0') }
    for (const sortTarget of Object.values(SortTarget)) {
      if (typeof sortTarget !== 'number') continue
      for (const sortOrder of [SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND]) {
        for (const limit of [0, 2, 100]) {
          for (const form of [{}, { keysOnly: true }, { countOnly: true }]) {
            const request = { ...range, sortTarget, sortOrder, limit, ...form }
            await all([
              ['range', request],
              ['range', { ...request, revision: 6, serializable: true }],
            ])
          }
        }
      }
    }
  })

  it('ranges: each bound of revisions, with and without a limit', async () => {
    const names = ['minModRevision', 'maxModRevision', 'minCreateRevision', 'maxCreateRevision']
    for (const name of names) {
      for (const bound of [1, 4, 6, 9, 50]) {
        for (const limit of [0, 1]) {
          const range = { key: b('m/'), rangeEnd: b('m0'), limit, [name]: bound }
          await all([['range', range]])
        }
      }
    }
  })

  it('ranges: every way to say which keys', async () => {
    const ends = ['', '\0', 'm/b', 'm/c\0', 'n', 'a']
    for (const key of ['\0', 'm/', 'm/b', 'z']) {
      for (const rangeEnd of ends) {
        await all([
          ['range', { key: b(key), rangeEnd: b(rangeEnd) }],
          ['deleteRange', { key: b(`none${key}`), rangeEnd: b('none') }],
        ])
      }
    }
    await all([
      ['range', { key: b('m/a'), limit: -1 }],
      ['range', { key: b('m/a'), revision: -5 }],
    ])
    // 3.4 takes any number for an order, and dies of one for what is compared; 3.6 does not.
    const call = { signal: new AbortController().signal }
    for (const odd of [{ sortOrder: 7 as never }, { sortTarget: 9 as never }]) {
      const range = twins.store.range({ key: b('m/a'), ...odd }, call)
      await assert.rejects(range, /^KvError: etcdserver: invalid sort option$/)
    }
  })

  it('transactions: each comparison of each target, of a key, of none, of many', async () => {
    const values = {
      [CompareTarget.VERSION]: [{ version: 0 }, { version: 2 }],
      [CompareTarget.CREATE]: [{ createRevision: 0 }, { createRevision: 3 }],
      [CompareTarget.MOD]: [{ modRevision: 0 }, { modRevision: 5 }],
      [CompareTarget.VALUE]: [{ value: b('') }, { value: b('2') }],
      [CompareTarget.LEASE]: [{ lease: 0n }, { lease: 5n }],
    }
    const success = [{ requestRange: { key: b('m/a') } }]
    for (const [target, given] of Object.entries(values)) {
      for (const value of [{}, ...given]) {
        for (const result of Object.values(CompareResult)) {
          if (typeof result !== 'number') continue
          for (const keys of [
            { key: b('m/a') },
            { key: b('m/e') },
            { key: b('none') },
            { key: b('m/'), rangeEnd: b('m0') },
            { key: b('none'), rangeEnd: b('nonf') },
          ]) {
            const compare = [{ target: Number(target) as never, result, ...value, ...keys }]
            await all([['txn', { compare, success }]])
          }
        }
      }
    }
  })

  it('transactions: as a kube-apiserver makes them', async () => {
    const key = b('/registry/pods/default/web')
    const unless = (modRevision: number, success: pb.RequestOp.$Properties): Step => [
      'txn',
      {
        compare: [{ key, target: CompareTarget.MOD, result: CompareResult.EQUAL, modRevision }],
        success: [success],
        failure: [{ requestRange: { key } }],
      },
    ]
    const write = { requestPut: { key, value: b('{}') } }
    const created = (await twins.same(unless(0, write))) as { header: { revision: number } }
    const { revision } = created.header
    await all([
      unless(0, write),
      unless(revision, { requestPut: { key, value: b('{"a":1}') } }),
      unless(revision, write),
      unless(revision, { requestDeleteRange: { key } }),
      unless(revision + 1, { requestDeleteRange: { key } }),
      unless(revision + 1, { requestDeleteRange: { key } }),
    ])
    // A list page by page, all of one revision.
    for (let i = 0; i < 5; i++) await all([put(`/registry/pods/default/p${i}`, `${i}`)])
    const rangeEnd = b('/registry/pods0')
    const first = (await twins.same([
      'range',
      { key: b('/registry/pods/'), rangeEnd, limit: 2 },
    ])) as { header: { revision: number } }
    await all([
      put('/registry/pods/default/p9', 'new'),
      [
        'range',
        {
          key: b('/registry/pods/default/p1\0'),
          rangeEnd,
          limit: 2,
          revision: first.header.revision,
        },
      ],
      ['range', { key: b('/registry/pods/'), rangeEnd, countOnly: true }],
      ['range', { key: b('/registry/pods/'), rangeEnd, limit: 1, keysOnly: true, revision: 9999 }],
      ['range', { key: b('/registry/health') }],
    ])
    // The record by which API servers agree on who compacts.
    const record = (version: number): Step => [
      'txn',
      {
        compare: [{ key: b('compact_rev_key'), target: CompareTarget.VERSION, version }],
        success: [{ requestPut: { key: b('compact_rev_key'), value: b('15') } }],
        failure: [{ requestRange: { key: b('compact_rev_key') } }],
      },
    ]
    await all([record(0), record(0), record(1), ['compact', { revision: 15 }]])
    await all([
      ['compact', { revision: 15 }],
      ['compact', { revision: 10 }],
      ['compact', { revision: 0 }],
      ['range', { key: b('m/a'), revision: 14 }],
      ['range', { key: b('m/a'), revision: 15 }],
      ['txn', { success: [{ requestRange: { key: b('m/a'), revision: 14 } }] }],
      [
        'txn',
        {
          success: [
            { requestPut: { key: b('m/x') } },
            { requestRange: { key: b('m/x'), revision: 3 } },
          ],
        },
      ],
    ])
  })

  it('leases: renewed in a stream, known and unknown', async () => {
    const answers = async (client: GrpcClient) => {
      async function* requests() {
        for (const ID of [5n, 404n, 5n]) yield pb.LeaseKeepAliveRequest.encode({ ID }).finish()
      }
      const all: unknown[] = []
      for await (const bytes of client.stream('/etcdserverpb.Lease/LeaseKeepAlive', requests())) {
        all.push(plain(pb.LeaseKeepAliveResponse.decode(bytes)))
      }
      return all
    }
    const [theirs, ours] = await Promise.all(twins.clients.map(answers))
    assert.deepEqual(ours, theirs)
    await all([
      ['timeToLive', { ID: 404n, keys: true }],
      ['revoke', { ID: 5n }],
      ['range', { key: b('m/e') }],
    ])
  })

  it('watches: ids, starts, progress and ends', async () => {
    const requests: pb.WatchRequest.$Properties[] = [
      { createRequest: { key: b('w'), watchId: 9 } },
      { createRequest: { key: b('w'), watchId: 9 } },
      { createRequest: { key: b('w') } },
      { createRequest: { key: b('w'), startRevision: 100_000 } },
      { createRequest: { key: b('w'), rangeEnd: b('a') } },
      { cancelRequest: { watchId: 1 } },
      { cancelRequest: { watchId: 9 } },
      { createRequest: { key: b('w'), startRevision: 1 } },
      { cancelRequest: { watchId: 9 } },
      { createRequest: { key: b('w'), watchId: 9, progressNotify: true, prevKv: true } },
    ]
    const [theirs, ours] = await Promise.all(
      twins.clients.map(async (client) => {
        const sent = new Channel<Uint8Array>({ maxLength: 100 })
        const aborter = new AbortController()
        const { signal } = aborter
        const stream = client.stream('/etcdserverpb.Watch/Watch', sent, { signal })
        const responses = stream[Symbol.asyncIterator]()
        const answers: unknown[] = []
        const next = async () => {
          const { value } = await responses.next()
          return plain(pb.WatchResponse.decode(value))
        }
        for (const request of requests) {
          sent.push(pb.WatchRequest.encode(request).finish())
          // An unknown id to cancel gets no answer; a compacted start gets two.
          if (request === requests[8]) continue
          answers.push(await next())
          if (request === requests[7]) answers.push(await next())
        }
        aborter.abort()
        sent.close()
        await responses.next().catch(() => undefined)
        return answers
      }),
    )
    assert.deepEqual(ours, theirs)
  })
})
