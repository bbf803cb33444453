import assert from 'node:assert/strict'
import { findProgram } from '../support/peers.ts'
import { ApiTwin, twinDifference } from '../support/apiserver/twin.ts'

/** Requests to our API server and to the one `KUBE_APISERVER` names: the answers are the same. */
describe('a real kube-apiserver beside ours', function () {
  this.timeout(600_000)
  // Nothing on a machine that has none: it is not part of Navarch, nor of its CI.
  if (!ApiTwin.isThere || !findProgram('etcd')) return
  let twin: ApiTwin
  before(async () => {
    twin = await ApiTwin.start()
    await twin.makeNamespace('t')
  })
  after(() => twin?.stop())

  it('creates a pod', async () => {
    const body = { metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    const path = '/api/v1/namespaces/t/pods'
    assert.equal(twinDifference(await twin.both({ method: 'POST', path, body })), undefined)
  })
})
