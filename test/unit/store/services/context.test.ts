import assert from 'node:assert/strict'
import { systemClock } from '../../../../src/platform/index.ts'
import type { EtcdState } from '../../../../src/store/index.ts'
import type { Member, Outcome } from '../../../../src/store/index.ts'
import { Tag } from '../../../../src/store/payload.ts'
import { ServiceContext } from '../../../../src/store/services/context.ts'

const request = { tag: Tag.put, encoded: new Uint8Array(0) }
const ended = new Error('it is over')
const fail = () => {
  throw ended
}

/** Of a member whose `propose` throws instead of rejecting, and with this of a state. */
function contextOf(auth: () => object) {
  const counts = { proposalsPending: 0, proposalsFailed: 0 }
  const status = () => ({ id: 1, clusterId: 2n, term: 3 })
  const member = { status, propose: fail } as unknown as Member<Outcome>
  const state = {
    counts,
    get auth() {
      return auth()
    },
  } as unknown as EtcdState
  return { counts, context: new ServiceContext({ member, state, clock: systemClock }) }
}

describe('a write on its way into the log', () => {
  const options = { signal: new AbortController().signal, caller: {} }

  it('is not counted as pending when the member refuses it at once', async () => {
    const { context, counts } = contextOf(() => ({ enabled: false }))
    await assert.rejects(
      context.replicate(request, options, () => {}),
      ended,
    )
    assert.equal(counts.proposalsPending, 0)
  })

  it('rejects, and does not throw, when nobody can tell who asks', async () => {
    const { context, counts } = contextOf(fail)
    let promise: Promise<void> | undefined
    assert.doesNotThrow(() => {
      promise = context.replicate(request, options, () => {})
    })
    await assert.rejects(promise ?? Promise.resolve(), ended)
    assert.equal(counts.proposalsPending, 0)
  })
})
