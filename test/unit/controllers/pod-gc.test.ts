import assert from 'node:assert/strict'
import { type HttpHandler, silentLog } from '../../../src/base/index.ts'
import { pods, type Resource } from '../../../src/api/index.ts'
import { podGcController } from '../../../src/master/controllers/pod-gc.ts'
import type { ControllerContext } from '../../../src/master/controllers/runtime.ts'
import { ManualClock } from '../../contract/manual-clock.ts'
import { clientOf, failure } from '../client/fakes.ts'

const deletionTimestamp = '2024-01-01T00:00:00Z'

describe('garbage of pods', () => {
  const pass = (handler: HttpHandler) => {
    const metadata = { name: 'a', namespace: 'ns', uid: 'u1', deletionTimestamp }
    const cached = [{ metadata, spec: {}, status: { phase: 'Pending' } }]
    const informers = {
      for: (resource: Resource) => ({
        list: () => (resource.plural === pods.plural ? cached : []),
      }),
    }
    const parts = { informers, client: clientOf(handler), clock: new ManualClock(), log: silentLog }
    const controller = podGcController(parts as unknown as ControllerContext)
    return controller.reconcile('all', { signal: new AbortController().signal })
  }

  it('a pod replaced under its name is none', async () => {
    await pass(async () => failure(422, 'Invalid', 'metadata.uid: field is immutable'))
  })

  it('what else goes wrong is told', async () => {
    await assert.rejects(pass(async () => failure(403, 'Forbidden', 'not for you')))
  })
})
