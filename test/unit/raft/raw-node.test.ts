import assert from 'node:assert/strict'
import {
  emptyConfState,
  MemoryStorage,
  message,
  RaftConfigError,
  RawNode,
} from '../../../src/raft/index.ts'
import { entry, Group, seeded, text } from './support/group.ts'

const config = {
  id: 1,
  storage: new MemoryStorage(),
  electionTicks: 10,
  heartbeatTicks: 1,
  random: seeded(1),
}

describe('raft: configuration', () => {
  const wrong = {
    'id: 0': { id: 0 },
    heartbeatTicks: { heartbeatTicks: 0 },
    electionTicks: { electionTicks: 1 },
    maxInflightMessages: { maxInflightMessages: 0 },
    maxInflightBytes: { maxMessageBytes: 100, maxInflightBytes: 10 },
    maxCommittedBytesPerReady: { maxCommittedBytesPerReady: 0 },
    'readOnly: lease': { readOnly: 'lease' as const },
  }
  for (const [field, change] of Object.entries(wrong)) {
    it(`is refused with the field named: ${field}`, () => {
      assert.throws(
        () => new RawNode({ ...config, ...change }),
        (error: unknown) => error instanceof RaftConfigError && error.message.startsWith(field),
      )
    })
  }
})

describe('raft: flow control', () => {
  it('a leader refuses proposals beyond the uncommitted limit, and takes them again later', () => {
    const group = new Group([1, 2, 3], { maxUncommittedBytes: 10 })
    const leader = group.elect(1)
    group.isolate(1)
    assert.equal(leader.propose('12345678'), 'accepted')
    assert.equal(leader.propose('123'), 'too-large')
    assert.equal(leader.propose(''), 'accepted')
    group.heal()
    group.tick(2)
    assert.equal(leader.propose('123'), 'accepted')
  })

  it('one proposal of any size passes', () => {
    const leader = new Group([1, 2, 3], { maxUncommittedBytes: 10 }).elect(1)
    assert.equal(leader.propose('x'.repeat(100)), 'accepted')
  })

  it('no more messages are on the way than the window holds', () => {
    const group = new Group([1, 2, 3], { maxInflightMessages: 3 })
    const leader = group.elect(1)
    group.isolate(3)
    for (let i = 0; i < 10; i++) leader.propose(`${i}`)
    group.settle()
    const sent = leader.sent.filter((m) => m.to === 3 && m.entries.some((e) => e.data.length > 0))
    assert.equal(sent.length, 3)
    assert.equal(leader.node.status().progress.get(3)?.isPaused, true)
    group.heal()
    group.tick(3)
    assert.deepEqual(group.get(3).applied, leader.applied)
    assert.equal(leader.applied.length, 10)
  })

  it('entries of one message are bounded in bytes', () => {
    const group = new Group([1, 2, 3], { maxMessageBytes: 40 })
    const leader = group.elect(1)
    group.isolate(2, 3)
    for (let i = 0; i < 10; i++) leader.propose('0123456789')
    group.settle()
    group.heal()
    group.tick(5)
    for (const m of leader.sent) assert.ok(m.entries.length <= 2, `${m.entries.length} entries`)
    assert.equal(group.get(2).applied.length, 10)
  })

  it('several proposals go out in one message', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    leader.node.proposeAll(['a', 'b', 'c'].map((value) => Buffer.from(value)))
    const apps = leader.work().filter((m) => m.type === 'app' && m.to === 2)
    assert.deepEqual(
      apps.map((m) => m.entries.map((e) => text(e.data))),
      [['a', 'b', 'c']],
    )
  })
})

describe('raft: who may say what', () => {
  it('drops local messages from outside, and answers of strangers', () => {
    const { node } = new Group([1, 2, 3]).elect(1)
    assert.equal(node.step(message({ type: 'hup', from: 2 })), 'local-message')
    assert.equal(node.step(message({ type: 'app-resp', from: 9, term: 1 })), 'unknown-peer')
  })

  it('a follower told to forwards nothing', () => {
    const group = new Group([1, 2, 3], { disableProposalForwarding: true })
    group.elect(1)
    assert.equal(group.get(2).propose('x'), 'not-forwarded')
  })

  it('a malformed configuration change becomes an entry that does nothing', () => {
    const group = new Group([1])
    const leader = group.elect(1)
    const bad = { ...entry(0, 0), type: 'conf-change' as const, data: Uint8Array.of(0xff) }
    leader.node.step(message({ type: 'prop', from: 1, entries: [bad] }))
    group.settle()
    assert.deepEqual(leader.node.status().confState, { ...emptyConfState, voters: [1] })
    assert.deepEqual(leader.log(), ['1:', '1:'])
  })
})

describe('raft: reads by a leader that is no voter', () => {
  it('need the voters, even a single one', () => {
    const group = new Group([1, 2])
    const leader = group.elect(1)
    leader.node.proposeConfChange({ type: 'remove-node', nodeId: 1 })
    group.settle()
    assert.deepEqual(leader.node.status().confState.voters, [2])
    assert.equal(leader.role, 'leader')
    group.isolate(2)
    leader.node.readIndex(Buffer.from('r'))
    group.settle()
    assert.deepEqual(leader.reads, [])
  })
})
