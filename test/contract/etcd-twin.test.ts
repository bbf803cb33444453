import fc from 'fast-check'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import { needProgram } from '../support/peers.ts'
import { type Step, startTwins, type Twins } from './etcd-twin.ts'

const { SortOrder, SortTarget } = pb.RangeRequest
const { CompareResult, CompareTarget } = pb.Compare
const b = (text: string): Uint8Array => Buffer.from(text)

describe('etcd beside a real etcd', function () {
  this.timeout(60_000)
  let twins: Twins

  before(async function () {
    needProgram(this, 'etcd')
    twins = await startTwins()
  })

  after(async () => {
    await twins?.stop()
  })

  async function all(...steps: Step[]): Promise<void> {
    for (const step of steps) await twins.same(step)
  }

  it('answers puts, reads and removals alike', async () => {
    await all(
      ['range', { key: b('a') }],
      ['put', { key: b('a'), value: b('1') }],
      ['put', { key: b('a'), value: b('2'), prevKv: true }],
      ['put', { key: b('b') }],
      ['put', { key: b('a'), ignoreValue: true, prevKv: true }],
      ['range', { key: b('a'), rangeEnd: b('\0') }],
      ['range', { key: b('\0'), rangeEnd: b('\0'), limit: 1 }],
      ['range', { key: b('a'), rangeEnd: b('z'), keysOnly: true, serializable: true }],
      ['range', { key: b('a'), rangeEnd: b('z'), countOnly: true }],
      ['range', { key: b('a'), revision: 2 }],
      ['range', { key: b('z'), rangeEnd: b('a') }],
      ['deleteRange', { key: b('a'), prevKv: true }],
      ['deleteRange', { key: b('a') }],
      ['deleteRange', { key: b('a'), rangeEnd: b('z'), prevKv: true }],
      ['hashKv', {}],
      ['hashKv', { revision: 3 }],
    )
  })

  it('refuses with the same codes and words', async () => {
    await all(
      ['range', {}],
      ['put', {}],
      ['deleteRange', {}],
      ['put', { key: b('x'), value: b('v'), ignoreValue: true }],
      ['put', { key: b('x'), lease: 5n, ignoreLease: true }],
      ['put', { key: b('missing'), ignoreValue: true }],
      ['put', { key: b('x'), lease: 12345n }],
      ['put', { key: b('x'), value: new Uint8Array(1.6 * 2 ** 20) }],
      ['range', { key: b('x'), revision: 1_000_000 }],
      ['range', { key: b('x'), revision: -1 }],
      ['compact', { revision: 1_000_000 }],
      ['hashKv', { revision: 1_000_000 }],
      ['grant', { TTL: 9_000_000_001 }],
      ['revoke', { ID: 99n }],
      ['timeToLive', { ID: 99n }],
      ['moveLeader', { targetID: 99n }],
      ['txn', { success: [{}] }],
      ['txn', { compare: [{}] }],
      ['txn', { success: Array.from({ length: 129 }, () => ({ requestRange: { key: b('x') } })) }],
    )
  })

  it('refuses transactions that write a key twice', async () => {
    const put = (key: string) => ({ requestPut: { key: b(key) } })
    const del = (key: string, rangeEnd = '') => ({
      requestDeleteRange: { key: b(key), rangeEnd: b(rangeEnd) },
    })
    await all(
      ['txn', { success: [put('t1'), put('t1')] }],
      ['txn', { success: [put('t1'), del('t', 'u')] }],
      ['txn', { success: [del('t1'), del('t', 'u')] }],
      ['txn', { success: [{ requestTxn: { success: [put('t1')], failure: [put('t1')] } }] }],
      ['txn', { success: [put('t1'), { requestTxn: { failure: [put('t1')] } }] }],
      ['txn', { success: [del('t1'), { requestTxn: { success: [put('t1')] } }] }],
      ['txn', { failure: [put('t1'), put('t1')] }],
    )
  })

  it('grants, attaches and revokes leases alike', async () => {
    await all(
      ['grant', { ID: 7n, TTL: 100 }],
      ['grant', { ID: 7n, TTL: 100 }],
      ['grant', { ID: -8n, TTL: 0 }],
      ['put', { key: b('l1'), lease: 7n }],
      ['put', { key: b('l2'), lease: 7n }],
      ['put', { key: b('l3'), lease: -8n }],
      ['put', { key: b('l2'), value: b('moved'), lease: -8n, prevKv: true }],
      ['put', { key: b('l2'), value: b('kept'), ignoreLease: true }],
      ['range', { key: b('l'), rangeEnd: b('m'), keysOnly: true }],
      ['txn', { compare: [{ key: b('l1'), target: CompareTarget.LEASE, lease: 7n }] }],
      ['revoke', { ID: 7n }],
      ['range', { key: b('l'), rangeEnd: b('m') }],
      ['revoke', { ID: -8n }],
      ['range', { key: b('l'), rangeEnd: b('m') }],
      ['leases', {}],
      ['hashKv', {}],
    )
  })

  const short = fc.constantFrom('a', 'b', 'c', 'd', 'dd', 'e')
  const key = short.map((name) => b(`r/${name}`))
  const end = fc.option(fc.oneof(key, fc.constant(b('\0')), fc.constant(b('r0'))), {
    nil: undefined,
  })
  const flag = fc.boolean()
  const small = fc.integer({ min: 0, max: 4 })
  const value = fc.constantFrom('', '1', '22', '333').map(b)
  const clean = <T extends object>(record: T): T =>
    Object.fromEntries(Object.entries(record).filter(([, v]) => v !== undefined)) as T

  /** Revisions are drawn around the newest one when a step is made. */
  const range = (newest: () => number) =>
    fc
      .record({
        key,
        rangeEnd: end,
        limit: small,
        keysOnly: flag,
        countOnly: fc.constantFrom(false, false, false, true),
        sortOrder: fc.constantFrom(SortOrder.NONE, SortOrder.ASCEND, SortOrder.DESCEND),
        sortTarget: fc.integer({ min: SortTarget.KEY, max: SortTarget.VALUE }),
        back: fc.integer({ min: -2, max: 12 }),
        filter: fc.constantFrom('', '', 'minMod', 'maxMod', 'minCreate', 'maxCreate'),
      })
      .map(({ back, filter, ...rest }) => () => {
        const revision = back > 6 ? 0 : newest() - back
        const bound = newest() - 4
        return clean({
          ...rest,
          revision: rest.countOnly && back > 6 ? 0 : revision,
          [`${filter}Revision`]: filter === '' ? undefined : bound,
        })
      })

  const put = fc.record({ key, value, prevKv: flag, ignoreLease: flag })
  const deletion = fc.record({ key, rangeEnd: end, prevKv: flag }).map(clean)
  const compare = fc
    .record({
      key,
      rangeEnd: end,
      result: fc.integer({ min: CompareResult.EQUAL, max: CompareResult.NOT_EQUAL }),
      target: fc.constantFrom('version', 'createRevision', 'modRevision', 'value'),
      number: small,
      value,
    })
    .map(({ target, number, value: bytes, ...rest }) => {
      const names = ['version', 'createRevision', 'modRevision', 'value']
      return clean({
        ...rest,
        target: names.indexOf(target) as pb.Compare.CompareTarget,
        [target]: target === 'value' ? bytes : number,
      })
    })

  function txn(newest: () => number, depth: number): fc.Arbitrary<() => pb.TxnRequest.$Properties> {
    const op: fc.Arbitrary<() => pb.RequestOp.$Properties>[] = [
      range(newest).map((make) => () => ({ requestRange: { ...make(), revision: 0 } })),
      // With ignoreLease, etcd crashes when the same transaction removes the key first.
      put.map((request) => () => ({ requestPut: { ...request, ignoreLease: false } })),
      deletion.map((request) => () => ({ requestDeleteRange: request })),
    ]
    if (depth > 0) op.push(txn(newest, depth - 1).map((make) => () => ({ requestTxn: make() })))
    const ops = fc.array(fc.oneof(...op), { maxLength: 3 })
    return fc
      .record({ compare: fc.array(compare, { maxLength: 2 }), success: ops, failure: ops })
      .map((made) => () => ({
        compare: made.compare,
        success: made.success.map((make) => make()),
        failure: made.failure.map((make) => make()),
      }))
  }

  it('agrees on any sequence of operations', async () => {
    let revision = 0
    const newest = () => revision
    const step: fc.Arbitrary<() => Step> = fc.oneof(
      { weight: 4, arbitrary: put.map((request) => () => ['put', request] as Step) },
      { weight: 2, arbitrary: deletion.map((request) => () => ['deleteRange', request] as Step) },
      { weight: 5, arbitrary: range(newest).map((make) => () => ['range', make()] as Step) },
      { weight: 4, arbitrary: txn(newest, 2).map((make) => () => ['txn', make()] as Step) },
      {
        weight: 1,
        arbitrary: small.map(
          (back) => () => ['compact', { revision: revision - back, physical: true }] as Step,
        ),
      },
      { weight: 1, arbitrary: fc.constant(() => ['hashKv', {}] as Step) },
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 20, maxLength: 40 }), async (steps) => {
        for (const make of steps) {
          const answer = (await twins.same(make())) as { header?: { revision?: number } }
          revision = answer.header?.revision ?? revision
        }
      }),
      // State stays in both, so a failing run cannot be made smaller.
      { numRuns: 25, endOnFailure: true },
    )
  })
})
