import assert from 'node:assert/strict'
import { Group, text } from './support/group.ts'

// Section numbers are those of "Consensus: Bridging Theory and Practice".

const guarded = { preVote: true, checkQuorum: true }

describe('raft: dissertation §3.10 leadership transfer', () => {
  it('the target takes over without waiting for a timeout', () => {
    const group = new Group([1, 2, 3], guarded)
    const leader = group.elect(1)
    leader.node.transferLeadership(2)
    group.settle()
    assert.deepEqual(group.leaders(), [group.get(2)])
  })

  it('a target that lags is brought up to date first', () => {
    const group = new Group([1, 2, 3], guarded)
    const leader = group.elect(1)
    group.isolate(2)
    leader.propose('x')
    group.settle()
    leader.node.transferLeadership(2)
    group.settle()
    assert.deepEqual(group.leaders(), [leader])
    assert.equal(leader.propose('y'), 'transferring')
    group.heal()
    group.tick(2)
    assert.deepEqual(group.leaders(), [group.get(2)])
    assert.deepEqual(group.get(2).applied, ['x'])
  })

  it('a transfer that takes an election timeout is given up', () => {
    const group = new Group([1, 2, 3], { preVote: true })
    const leader = group.elect(1)
    group.isolate(2)
    leader.node.transferLeadership(2)
    leader.tick(10)
    assert.equal(leader.propose('x'), 'accepted')
  })

  it('a follower passes the request on to the leader', () => {
    const group = new Group([1, 2, 3], guarded)
    group.elect(1)
    group.get(3).node.transferLeadership(3)
    group.settle()
    assert.deepEqual(group.leaders(), [group.get(3)])
  })
})

describe('raft: dissertation §6.2 check quorum', () => {
  it('a leader that hears from no majority steps down', () => {
    const group = new Group([1, 2, 3], guarded)
    const leader = group.elect(1)
    group.isolate(1)
    leader.tick(20)
    assert.equal(leader.role, 'follower')
    assert.equal(leader.node.status().leader, 0)
  })

  it('who hears from a leader grants no vote', () => {
    const group = new Group([1, 2, 3], { checkQuorum: true })
    group.elect(1)
    group.isolate(3)
    group.get(3).tick(20)
    group.settle()
    group.heal()
    group.get(3).tick(20)
    group.lose = (m) => m.type === 'app-resp'
    group.settle()
    assert.equal(group.get(2).node.status().leader, 1)
  })
})

describe('raft: dissertation §6.4 read index', () => {
  const context = new TextEncoder().encode('r1')

  it('a read is answered with the commit index once a majority confirms the leader', () => {
    const group = new Group([1, 2, 3], guarded)
    const leader = group.elect(1)
    leader.propose('x')
    group.settle()
    leader.node.readIndex(context)
    assert.equal(leader.node.ready().readStates.length, 0)
    leader.node.advance()
    group.tick(1)
    assert.deepEqual(
      leader.reads.map((r) => [r.index, text(r.context)]),
      [[2, 'r1']],
    )
  })

  it('a follower asks the leader', () => {
    const group = new Group([1, 2, 3], guarded)
    group.elect(1)
    group.get(2).node.readIndex(context)
    group.settle()
    assert.deepEqual(
      group.get(2).reads.map((r) => [r.index, text(r.context)]),
      [[1, 'r1']],
    )
  })

  it('a deposed leader that does not know it yet answers no read', () => {
    const group = new Group([1, 2, 3])
    const old = group.elect(1)
    group.isolate(1)
    group.elect(2)
    group.get(2).propose('new')
    group.settle()
    assert.equal(old.role, 'leader')
    old.node.readIndex(context)
    group.settle()
    old.tick(3)
    group.settle()
    assert.deepEqual(old.reads, [])
  })

  it('a new leader waits for its first commit', () => {
    const group = new Group([1, 2, 3])
    group.lose = (m) => m.type === 'app'
    const leader = group.elect(1)
    leader.node.readIndex(context)
    group.settle()
    assert.equal(leader.reads.length, 0)
    group.heal()
    group.tick(2)
    assert.equal(leader.reads[0]?.index, 1)
  })

  it('by lease, a read needs no round trip', () => {
    const group = new Group([1, 2, 3], { ...guarded, readOnly: 'lease' })
    const leader = group.elect(1)
    leader.node.readIndex(context)
    assert.equal(leader.node.ready().readStates.length, 1)
  })

  it('many reads share a round of heartbeats', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    for (let i = 0; i < 100; i++) leader.node.readIndex(new Uint8Array([i]))
    group.settle()
    assert.deepEqual(
      leader.reads.map((r) => r.context[0]),
      Array.from({ length: 100 }, (_, i) => i),
    )
  })
})

describe('raft: dissertation §9.6 pre-vote', () => {
  it('a member that was cut off does not raise the term or depose the leader', () => {
    const group = new Group([1, 2, 3], guarded)
    const leader = group.elect(1)
    group.isolate(3)
    group.tick(100)
    assert.equal(group.get(3).role, 'pre-candidate')
    assert.equal(group.get(3).term, 1)
    group.heal()
    group.tick(5)
    assert.deepEqual(group.leaders(), [leader])
    assert.equal(leader.term, 1)
  })

  it('without it, the term races ahead', () => {
    const group = new Group([1, 2, 3])
    group.elect(1)
    group.isolate(3)
    group.tick(100)
    assert.ok(group.get(3).term > 3)
  })

  it('a pre-vote needs an up-to-date log', () => {
    const group = new Group([1, 2, 3], { preVote: true })
    group.elect(1)
    group.isolate(3)
    group.get(1).propose('x')
    group.settle()
    group.isolate(1)
    group.get(3).node.campaign()
    group.settle()
    assert.notEqual(group.get(3).role, 'leader')
    group.get(2).node.campaign()
    group.settle()
    assert.equal(group.get(2).role, 'leader')
  })
})

describe('raft: a broken connection to the leader', () => {
  it('starts an election within a few ticks when the leader is dead', () => {
    const group = new Group([1, 2, 3], guarded)
    group.elect(1)
    group.isolate(1)
    for (const id of [2, 3]) group.get(id).node.peerDown(1)
    group.tick(3)
    const [leader] = group.leaders().filter((m) => m.id !== 1)
    assert.ok(leader, 'a new leader within three ticks')
    assert.equal(leader.term, 2)
  })

  it('deposes no leader that a majority still reaches', () => {
    const group = new Group([1, 2, 3], guarded)
    const leader = group.elect(1)
    group.lose = (m) => [m.from, m.to].includes(1) && [m.from, m.to].includes(3)
    group.get(3).node.peerDown(1)
    group.tick(50)
    assert.deepEqual(group.leaders(), [leader])
    assert.equal(leader.term, 1)
    group.heal()
    group.tick(2)
    assert.equal(group.get(3).node.status().leader, 1)
  })

  it('is forgotten when the leader speaks', () => {
    const group = new Group([1, 2, 3], { ...guarded, peerDownTicksMax: 5 })
    const leader = group.elect(1)
    for (const id of [2, 3]) group.get(id).node.peerDown(1)
    group.tick(1)
    group.tick(40)
    assert.deepEqual(group.leaders(), [leader])
    assert.equal(leader.term, 1)
  })

  it('means nothing where leases serve reads', () => {
    const group = new Group([1, 2, 3], { ...guarded, readOnly: 'lease' })
    group.elect(1)
    group.isolate(1)
    for (const id of [2, 3]) group.get(id).node.peerDown(1)
    for (let i = 0; i < 8; i++) {
      for (const id of [2, 3]) group.get(id).tick()
      group.settle()
    }
    assert.deepEqual(group.leaders(), [group.get(1)])
  })
})
