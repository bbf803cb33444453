import assert from 'node:assert/strict'
import { RaftCheckers } from './raft/checkers.ts'
import { History, type KeyEvent, type Reply, type Request } from './store/history.ts'
import { LeasedKeys } from './store/leases.ts'
import { checkHistory } from './store/linearizability.ts'
import { Revisions } from './store/revisions.ts'
import { Violation } from './world.ts'

// The checkers of the simulation find what is planted here, and nothing in what is right.

const put = (value: string): Request => ({ kind: 'put', key: 'a', value })
const wrote = (revision: number): Reply => ({ kind: 'put', revision })
const get: Request = { kind: 'get', key: 'a' }
const read = (revision: number, value: string, version = 1): Reply => {
  const state = { value, createRevision: 2, modRevision: version + 1, version }
  return { kind: 'read', revision, keys: new Map([['a', state]]) }
}
const event = (value: string, version: number): KeyEvent => {
  return { type: 'put', key: 'a', value, createRevision: 2, version }
}

function revisionsOf(...values: string[]): Revisions {
  const revisions = new Revisions(() => {})
  for (const [i, value] of values.entries()) revisions.saw('m', i + 2, [event(value, i + 1)])
  return revisions
}

/** Calls one after another, each with its reply; without one nobody knows. */
function historyOf(...calls: [Request, Reply?][]): History {
  const history = new History()
  for (const [request, reply] of calls) {
    const operation = history.invoke(1, request)
    if (reply) history.returned(operation, reply)
  }
  return history
}

describe('simulation: the checker of client histories', () => {
  it('accepts what is right', () => {
    const calls = historyOf([put('x'), wrote(2)], [get, read(2, 'x')], [put('y'), wrote(3)])
    checkHistory(calls, revisionsOf('x', 'y'))
    checkHistory(historyOf([put('x')], [get, read(2, 'x')]), revisionsOf('x'))
    checkHistory(historyOf([put('never')]), revisionsOf())
  })

  const wrong: Record<string, [History, Revisions, RegExp]> = {
    'a lost write': [historyOf([put('x'), wrote(2)]), revisionsOf(), /lost/],
    'another write in its place': [
      historyOf([put('x'), wrote(2)], [put('y')]),
      revisionsOf('y'),
      /not what happened/,
    ],
    'a read of another state': [
      historyOf([put('x'), wrote(2)], [put('y')], [get, read(2, 'y')]),
      revisionsOf('x', 'y'),
      /another state/,
    ],
    'a stale read': [
      historyOf([put('x'), wrote(2)], [put('y'), wrote(3)], [get, read(2, 'x')]),
      revisionsOf('x', 'y'),
      /real time/,
    ],
    'a write into the past': [
      historyOf([put('y'), wrote(3)], [put('x'), wrote(2)]),
      revisionsOf('x', 'y'),
      /real time/,
    ],
    'a value from nowhere': [historyOf([put('x')]), revisionsOf('ghost'), /nobody wrote/],
    'a write that happened twice': [historyOf([put('x')]), revisionsOf('x', 'x'), /twice/],
    'a compare that did not hold': [
      historyOf(
        [put('x'), wrote(2)],
        [
          { kind: 'txn', key: 'a', ifModRevision: 0, puts: [{ key: 'a', value: 'y' }] },
          { kind: 'txn', revision: 3, succeeded: true },
        ],
      ),
      revisionsOf('x', 'y'),
      /did not hold/,
    ],
  }
  for (const [name, [history, revisions, message]] of Object.entries(wrong)) {
    it(`finds ${name}`, () => {
      assert.throws(() => checkHistory(history, revisions), isViolation(message))
    })
  }

  it('finds watchers that see different things', () => {
    const revisions = revisionsOf('x')
    assert.throws(() => revisions.saw('other', 2, [event('y', 1)]), isViolation(/state equality/))
  })

  it('finds a lease that ends too early', () => {
    const clock = { nowMs: () => 0, monotonicMs: () => 50, after: never, every: never }
    const keys = new LeasedKeys(clock)
    keys.renewed('lease-1', 100)
    const gone: KeyEvent = { ...event('', 0), type: 'delete', key: 'lease-1' }
    assert.throws(() => keys.saw([gone]), isViolation(/lease-1 is gone/))
  })
})

describe('simulation: the checkers of raft', () => {
  const entry = (term: number, value: string) =>
    ({ index: 5, term, type: 'normal', data: Buffer.from(value) }) as const

  it('find two leaders of one term', () => {
    const checkers = new RaftCheckers()
    checkers.leaderElected(1, 3)
    checkers.leaderElected(2, 4)
    checkers.leaderElected(1, 3)
    assert.throws(() => checkers.leaderElected(2, 3), isViolation(/election safety/))
  })

  it('find logs that do not match', () => {
    const checkers = new RaftCheckers()
    checkers.appended(1, entry(2, 'x'), 1)
    checkers.appended(2, entry(2, 'x'), 1)
    checkers.appended(2, entry(3, 'y'), 2)
    assert.throws(() => checkers.appended(3, entry(2, 'y'), 1), isViolation(/log matching/))
    assert.throws(() => checkers.appended(3, entry(2, 'x'), 2), isViolation(/log matching/))
  })

  it('find states that differ, leaders that lack something, and stale reads', () => {
    const checkers = new RaftCheckers()
    checkers.applied(1, 5, { term: 2, stateHash: 'a' })
    assert.throws(
      () => checkers.applied(2, 5, { term: 2, stateHash: 'b' }),
      isViolation(/state machine safety/),
    )
    checkers.leaderLog(1, 5, () => 2)
    assert.throws(() => checkers.leaderLog(1, 5, () => 1), isViolation(/leader completeness/))
    const answer = { index: 4, context: new Uint8Array(0) }
    assert.throws(() => checkers.readAnswered(1, answer, 5), isViolation(/read index/))
  })
})

function isViolation(message: RegExp): (error: unknown) => boolean {
  return (error) => error instanceof Violation && message.test(error.message)
}

function never(): never {
  throw new Error('no timers here')
}
