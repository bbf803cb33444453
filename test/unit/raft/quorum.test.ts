import assert from 'node:assert/strict'
import {
  committedIndex,
  EVERY_INDEX,
  majorityCommittedIndex,
  majorityVoteResult,
  type Voters,
  voteResult,
} from '../../../src/raft/quorum.ts'
import type { LogIndex, RaftId } from '../../../src/raft/index.ts'
import { type Directive, readVectors, requireVectors, vectorFiles } from './support/datadriven.ts'

const RESULTS = { won: 'VoteWon', lost: 'VoteLost', pending: 'VotePending' }

describe('raft: published quorum vectors', () => {
  before(function () {
    requireVectors(this)
  })

  it('finds the vectors', () => {
    assert.equal(vectorFiles('quorum').length, 4)
  })

  for (const file of vectorFiles('quorum')) {
    it(file, () => {
      for (const directive of readVectors('quorum', file)) {
        assert.equal(run(directive), directive.expected, `${file}:${directive.line}`)
      }
    })
  }
})

function run(d: Directive): string {
  const ids = (d.options.get('cfg') ?? []).map(Number)
  const joint = d.options.get('cfgj')
  const outgoing = (joint ?? []).filter((id) => id !== 'zero').map(Number)
  const voters: Voters = { incoming: new Set(ids), outgoing: new Set(outgoing) }
  const everybody = [...new Set([...ids, ...outgoing])]
  const given = d.options.get(d.command === 'vote' ? 'votes' : 'idx') ?? []
  if (given.length !== everybody.length) {
    const list = `map[${everybody
      .sort((a, b) => a - b)
      .map((id) => `${id}:{}`)
      .join(' ')}]`
    return `error: mismatched input (explicit or _) for voters ${list}: [${given.join(' ')}]`
  }
  const known = everybody
    .map((id, i): [RaftId, string] => [id, given[i] ?? '_'])
    .filter(([, value]) => value !== '_')
  if (d.command === 'vote') return vote(voters, joint !== undefined, known)
  const acked = new Map(known.map(([id, value]) => [id, Number(value)]))
  return committed(voters, joint !== undefined, acked)
}

function vote(voters: Voters, joint: boolean, known: [RaftId, string][]): string {
  const votes = new Map(known.map(([id, value]) => [id, value === 'y']))
  const result = voteResult(voters, votes)
  const swapped = { incoming: voters.outgoing, outgoing: voters.incoming }
  assert.equal(voteResult(swapped, votes), result, 'the halves are alike')
  if (!joint) assert.equal(majorityVoteResult(voters.incoming, votes), result)
  return RESULTS[result]
}

function committed(voters: Voters, joint: boolean, acked: Map<RaftId, LogIndex>): string {
  const lookUp = (id: RaftId) => acked.get(id)
  const index = committedIndex(voters, lookUp)
  const swapped = { incoming: voters.outgoing, outgoing: voters.incoming }
  assert.equal(committedIndex(swapped, lookUp), index, 'the halves are alike')
  if (!joint) {
    assert.equal(majorityCommittedIndex(voters.incoming, lookUp), index)
    assert.equal(committedIndex({ ...voters, outgoing: voters.incoming }, lookUp), index)
  }
  const chart = describeAcked(new Set([...voters.incoming, ...voters.outgoing]), acked)
  return `${chart}${index === EVERY_INDEX ? '∞' : index}`
}

/** The bar chart of the vectors: how many members each one is ahead of. */
function describeAcked(ids: ReadonlySet<RaftId>, acked: ReadonlyMap<RaftId, LogIndex>): string {
  if (ids.size === 0) return '<empty majority quorum>'
  const index = (id: RaftId) => acked.get(id) ?? 0
  const pad = ' '.repeat(ids.size)
  const lines = [...ids]
    .sort((a, b) => a - b)
    .map((id) => {
      const bar = [...ids].filter((other) => index(other) < index(id)).length
      const mark = acked.has(id) ? `${'x'.repeat(bar)}>${' '.repeat(ids.size - bar)}` : `?${pad}`
      return `${mark} ${String(index(id)).padStart(5)}    (id=${id.toString(16)})\n`
    })
  return `${pad}    idx\n${lines.join('')}`
}
