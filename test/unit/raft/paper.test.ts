import assert from 'node:assert/strict'
import { emptyConfState, MemoryStorage, message } from '../../../src/raft/index.ts'
import { entry, Group, seeded, TestMember } from './support/group.ts'

// Section numbers are those of "In Search of an Understandable Consensus Algorithm" (extended).

describe('raft: §5.1 terms', () => {
  for (const role of ['follower', 'candidate', 'leader']) {
    it(`a ${role} that sees a higher term becomes its follower`, () => {
      const group = new Group([1, 2, 3])
      const one = group.get(1)
      if (role === 'candidate') group.isolate(1)
      if (role !== 'follower') group.elect(1)
      assert.equal(one.role, role)
      one.node.step(message({ type: 'app', from: 2, to: 1, term: one.term + 2 }))
      assert.equal(one.role, 'follower')
      assert.equal(one.node.status().leader, 2)
      assert.equal(one.term, role === 'follower' ? 2 : 3)
    })
  }

  it('a message of an older term changes nothing', () => {
    const group = new Group([1, 2, 3])
    group.elect(1)
    group.elect(2)
    const before = group.get(3).node.status()
    group
      .get(3)
      .node.step(message({ type: 'app', from: 1, to: 3, term: 1, entries: [entry(3, 1, 'late')] }))
    assert.deepEqual(group.get(3).node.status(), before)
  })
})

describe('raft: §5.2 leader election', () => {
  it('a follower that hears nothing for its timeout stands for election', () => {
    const group = new Group([1, 2, 3])
    group.isolate(1)
    const one = group.get(1)
    one.tick(9)
    assert.equal(one.role, 'follower')
    one.tick(11)
    assert.equal(one.role, 'candidate')
    assert.equal(one.term, 1)
    const asked = one.work().filter((m) => m.type === 'vote')
    assert.deepEqual(
      asked.map((m) => m.to),
      [2, 3],
    )
  })

  it('timeouts differ between members and elections', () => {
    const seen = new Set<number>()
    for (let id = 1; id <= 20; id++) {
      const one = new Group([id, 100, 200]).get(id)
      let ticks = 0
      while (one.role === 'follower') {
        one.tick()
        ticks++
      }
      assert.ok(ticks >= 10 && ticks < 20)
      seen.add(ticks)
    }
    assert.ok(seen.size > 5)
  })

  it('a member votes once in a term, and remembers it over a restart', () => {
    const group = new Group([1, 2, 3])
    const three = group.get(3)
    three.node.step(message({ type: 'vote', from: 1, to: 3, term: 1 }))
    assert.equal(three.work().find((m) => m.type === 'vote-resp')?.reject, false)
    const restarted = new TestMember(3, three.storage, {})
    restarted.node.step(message({ type: 'vote', from: 2, to: 3, term: 1 }))
    assert.equal(restarted.work().find((m) => m.type === 'vote-resp')?.reject, true)
    restarted.node.step(message({ type: 'vote', from: 1, to: 3, term: 1 }))
    assert.equal(restarted.work().find((m) => m.type === 'vote-resp')?.reject, false)
  })

  it('a vote leaves only in a Ready that makes it durable', () => {
    const three = new Group([1, 2, 3]).get(3)
    three.node.step(message({ type: 'vote', from: 1, to: 3, term: 1 }))
    const ready = three.node.ready()
    assert.deepEqual(ready.hardState, { term: 1, vote: 1, commit: 0 })
    assert.ok(ready.mustSync)
  })

  it('a majority makes a leader, which speaks at once', () => {
    const group = new Group([1, 2, 3, 4, 5])
    group.isolate(4, 5)
    group.elect(1)
    assert.deepEqual(group.leaders(), [group.get(1)])
    assert.equal(group.get(2).node.status().leader, 1)
  })

  it('a split vote is settled in a later term', () => {
    const group = new Group([1, 2, 3, 4])
    group.get(1).node.campaign()
    group.get(2).node.campaign()
    group.lose = (m) => m.type === 'vote' && (m.to === 3 ? m.from === 2 : m.from === 1)
    group.settle()
    assert.equal(group.leaders().length, 0)
    group.heal()
    group.tick(40)
    assert.equal(group.leaders().length, 1)
  })
})

describe('raft: §5.3 log replication', () => {
  it('an entry that a majority holds is committed and applied everywhere', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    group.isolate(3)
    leader.propose('x')
    group.settle()
    assert.deepEqual(leader.applied, ['x'])
    assert.deepEqual(group.get(3).applied, [])
    group.heal()
    group.tick(2)
    assert.deepEqual(group.get(3).applied, ['x'])
  })

  it('a minority commits nothing', () => {
    const group = new Group([1, 2, 3, 4, 5])
    const leader = group.elect(1)
    group.isolate(3, 4, 5)
    leader.propose('x')
    group.settle()
    assert.deepEqual(leader.applied, [])
    assert.deepEqual(leader.log(), ['1:', '1:x'])
  })

  it('the leader counts itself only when its own write is durable', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    leader.propose('x')
    const ready = leader.node.ready()
    assert.equal(ready.messages.filter((m) => m.type === 'app').length, 2)
    // One follower acknowledges while the leader's own disk is still busy.
    leader.node.step(message({ type: 'app-resp', from: 2, to: 1, term: 1, index: 2 }))
    assert.equal(leader.node.status().commit, 1)
    leader.storage.append(ready.entries)
    leader.node.advance()
    assert.equal(leader.node.status().commit, 2)
  })

  // Figure 7: the logs a new leader of term 8 may meet.
  const figure7: Record<string, number[]> = {
    'a lacks an entry': [1, 1, 1, 4, 4, 5, 5, 6, 6],
    'b lacks many': [1, 1, 1, 4],
    'c has one more': [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    'd has a term more': [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    'e differs at the end': [1, 1, 1, 4, 4, 4, 4],
    'f differs for long': [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  }
  for (const [name, terms] of Object.entries(figure7)) {
    it(`a follower's log becomes the leader's: ${name}`, () => {
      const leaderTerms = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6]
      const group = new Group([1, 2, 3])
      group.members.set(1, memberWithLog(1, leaderTerms, 7))
      group.members.set(2, memberWithLog(2, terms, 7))
      group.elect(1)
      // Not every log in the figure may vote for it; the third member may.
      assert.equal(group.get(1).role, 'leader')
      group.get(1).propose('x')
      group.settle()
      assert.deepEqual(group.get(2).log(), [...leaderTerms.map((t) => `${t}:`), '8:', '8:x'])
      assert.equal(group.get(2).node.status().commit, 12)
    })
  }

  it('backs up a whole term per round trip', () => {
    const group = new Group([1, 2, 3])
    const shared = Array.from({ length: 5 }, () => 1)
    const many = (term: number) => Array.from({ length: 200 }, () => term)
    group.members.set(1, memberWithLog(1, [...shared, ...many(3)], 3))
    group.members.set(2, memberWithLog(2, [...shared, ...many(2)], 3))
    const leader = group.elect(1)
    const rejected = group.get(2).sent.filter((m) => m.type === 'app-resp' && m.reject)
    assert.ok(rejected.length <= 2, `${rejected.length} round trips`)
    assert.deepEqual(group.get(2).log(), leader.log())
  })
})

describe('raft: §5.4.1 election restriction', () => {
  const cases = [
    { own: [1, 1], theirs: { logTerm: 1, index: 1 }, granted: false, why: 'shorter' },
    { own: [1, 1], theirs: { logTerm: 1, index: 2 }, granted: true, why: 'equal' },
    { own: [1, 1], theirs: { logTerm: 2, index: 1 }, granted: true, why: 'of a later term' },
    { own: [1, 2], theirs: { logTerm: 1, index: 9 }, granted: false, why: 'of an older term' },
  ]
  for (const { own, theirs, granted, why } of cases) {
    it(`a candidate whose log is ${why} gets ${granted ? 'the' : 'no'} vote`, () => {
      const member = memberWithLog(1, own, 2)
      member.node.step(message({ type: 'vote', from: 2, to: 1, term: 3, ...theirs }))
      assert.equal(member.work().find((m) => m.type === 'vote-resp')?.reject, !granted)
    })
  }
})

describe('raft: §5.4.2 committing entries from previous terms', () => {
  it('an old entry on a majority counts only under an entry of the current term (figure 8)', () => {
    const group = new Group([1, 2, 3])
    const leader = memberWithLog(1, [1, 2], 2)
    group.members.set(1, leader)
    leader.node.campaign()
    // Everything but the new term's own entry gets through.
    group.lose = (m) => m.type === 'app' && m.entries.some((e) => e.term === 3)
    group.settle()
    assert.equal(leader.role, 'leader')
    leader.node.step(message({ type: 'app-resp', from: 2, to: 1, term: 3, index: 2 }))
    leader.node.step(message({ type: 'app-resp', from: 3, to: 1, term: 3, index: 2 }))
    assert.equal(leader.node.status().commit, 0)
    leader.node.step(message({ type: 'app-resp', from: 2, to: 1, term: 3, index: 3 }))
    assert.equal(leader.node.status().commit, 3)
  })
})

describe('raft: §6 cluster membership changes', () => {
  it('a joint configuration needs both majorities, and is left by itself', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    for (const id of [4, 5]) group.add(id)
    group.isolate(4, 5)
    const changes = [2, 3].map((nodeId) => ({ type: 'remove-node', nodeId }) as const)
    const added = [4, 5].map((nodeId) => ({ type: 'add-node', nodeId }) as const)
    leader.node.proposeConfChange({ transition: 'auto', changes: [...added, ...changes] })
    group.settle()
    assert.deepEqual(leader.node.status().confState.votersOutgoing, [1, 2, 3])
    // The old majority alone commits nothing any more.
    leader.propose('x')
    group.settle()
    assert.deepEqual(leader.applied, [])
    group.heal()
    group.tick(3)
    const { voters, votersOutgoing } = leader.node.status().confState
    assert.deepEqual([voters, votersOutgoing], [[1, 4, 5], []])
    assert.deepEqual(group.get(5).applied, ['x'])
  })

  it('only one change is under way at a time', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    group.isolate(2, 3)
    leader.node.proposeConfChange({ type: 'add-learner-node', nodeId: 4 })
    leader.node.proposeConfChange({ type: 'remove-node', nodeId: 3 })
    group.heal()
    group.tick(2)
    assert.deepEqual(leader.node.status().confState, {
      ...emptyConfState,
      voters: [1, 2, 3],
      learners: [4],
    })
  })

  it('a learner gets the log but has no vote', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    const learner = group.add(4)
    leader.node.proposeConfChange({ type: 'add-learner-node', nodeId: 4 })
    group.settle()
    group.isolate(2, 3)
    leader.propose('x')
    group.settle()
    assert.deepEqual(learner.log().slice(-1), ['1:x'])
    assert.deepEqual(learner.applied, [])
    learner.tick(50)
    assert.equal(learner.role, 'follower')
  })
})

describe('raft: §7 log compaction', () => {
  it('a follower whose entries are compacted gets a snapshot, then the rest', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    group.isolate(3)
    for (const value of ['a', 'b', 'c']) leader.propose(value)
    group.settle()
    leader.compact()
    leader.propose('d')
    group.heal()
    group.tick(2)
    const three = group.get(3)
    assert.equal(leader.sent.filter((m) => m.type === 'snap').length, 1)
    assert.deepEqual(three.applied, ['a', 'b', 'c', 'd'])
    assert.equal(three.storage.firstIndex(), 5)
  })

  it('a snapshot that did not arrive is sent again', () => {
    const group = new Group([1, 2, 3])
    const leader = group.elect(1)
    group.isolate(3)
    leader.propose('a')
    group.settle()
    leader.compact()
    group.heal()
    group.lose = (m) => m.type === 'snap'
    group.tick(2)
    assert.equal(leader.node.status().progress.get(3)?.state, 'snapshot')
    group.heal()
    leader.node.reportSnapshot(3, false)
    group.tick(2)
    assert.deepEqual(group.get(3).applied, ['a'])
  })
})

describe('raft: §8 client interaction', () => {
  it('a new leader commits an empty entry, and with it all before', () => {
    const group = new Group([1, 2, 3])
    group.elect(1)
    group.lose = (m) => m.commit >= 2 && m.type === 'app'
    group.get(1).propose('x')
    group.settle()
    assert.deepEqual(group.get(2).applied, [])
    group.isolate(1)
    group.elect(2)
    assert.deepEqual(group.get(2).log(), ['1:', '1:x', '2:'])
    assert.deepEqual(group.get(2).applied, ['x'])
  })

  it('a follower passes proposals on; without a leader they are refused', () => {
    const group = new Group([1, 2, 3])
    assert.equal(group.get(2).propose('x'), 'no-leader')
    group.elect(1)
    assert.equal(group.get(2).propose('x'), 'accepted')
    group.settle()
    assert.deepEqual(group.get(3).applied, [...group.get(1).applied])
    assert.deepEqual(group.get(1).applied, ['x'])
  })
})

function memberWithLog(id: number, terms: readonly number[], term: number): TestMember {
  const confState = { ...emptyConfState, voters: [1, 2, 3] }
  const storage = new MemoryStorage({
    metadata: { index: 0, term: 0, confState },
    data: new Uint8Array(0),
  })
  storage.append(terms.map((t, i) => entry(i + 1, t)))
  storage.setHardState({ term, vote: 0, commit: 0 })
  return new TestMember(id, storage, { random: seeded(id) })
}
