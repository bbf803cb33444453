import assert from 'node:assert/strict'
import { systemRandom } from '../../../../src/platform/random.ts'
import { Proposals } from '../../../../src/store/member/proposals.ts'
import { Reads } from '../../../../src/store/member/reads.ts'
import { memberErrors } from '../../../../src/store/member/errors.ts'

const signal = new AbortController().signal

const SELF = { id: 1, name: 'm1', peerUrls: [], clientUrls: [], isLearner: false }

describe('waits of a member', () => {
  it('hold no proposal that has ended, though no leader ever takes one', async () => {
    const proposals = new Proposals<number>({ proposer: 1, random: systemRandom() })
    const ended: Promise<unknown>[] = []
    for (let nowMs = 1; nowMs <= 100; nowMs++) {
      const { signal } = new AbortController()
      ended.push(assert.rejects(proposals.add([Buffer.from('x')], nowMs, { signal }), /no leader/))
    }
    proposals.expire(90, memberErrors.noLeader)
    proposals.sweep()
    assert.equal(proposals.queued, 10)
    proposals.failAll(memberErrors.noLeader())
    await Promise.all(ended)
  })

  it('are not ended by answers to questions of a former life', async () => {
    const asked: Uint8Array[] = []
    const life = () =>
      new Reads({ self: SELF, random: systemRandom() }, (context) => asked.push(context))
    const lives = [life(), life()]
    const reads = lives.map((each) => each.add(1, { signal }))
    for (const each of lives) each.start(1)
    const [former, current] = asked
    assert(former && current)
    const [, now] = lives
    now?.answered({ index: 3, context: former })
    now?.applied(3)
    let done = false
    const waiting = reads[1]?.then(() => (done = true))
    await Promise.resolve()
    assert.equal(done, false)
    now?.answered({ index: 4, context: current })
    now?.applied(4)
    await waiting
    lives[0]?.failAll(memberErrors.stopped())
    await assert.rejects(reads[0] ?? Promise.resolve(), /server stopped/)
  })
})
