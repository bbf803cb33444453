import assert from 'node:assert/strict'
import { needProgram, skipOptional } from '../support/peers.ts'
import { ApiTwin, twinDifference } from '../support/apiserver/twin.ts'

/** Requests to our API server and to the one `KUBE_APISERVER` names: the answers are the same. */
describe('a real kube-apiserver beside ours', function () {
  this.timeout(600_000)
  let twin: ApiTwin | undefined
  afterEach(() => twin?.stop())

  it('creates a pod', async function () {
    if (!ApiTwin.isThere) return skipOptional(this, 'KUBE_APISERVER')
    needProgram(this, 'etcd')
    twin = await ApiTwin.start()
    await twin.makeNamespace('t')
    const body = { metadata: { name: 'a' }, spec: { containers: [{ name: 'c', image: 'i' }] } }
    const path = '/api/v1/namespaces/t/pods'
    assert.equal(twinDifference(await twin.both({ method: 'POST', path, body })), undefined)
  })
})
