import assert from 'node:assert/strict'
import { type HttpHandler, type Log, silentLog } from '../../../src/base/index.ts'
import { ensureClusterInfo } from '../../../src/cmd/parts/cluster-info.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'
import { ManualClock } from '../../contract/manual-clock.ts'
import { Harness, type Json } from '../apiserver/harness.ts'

const AT = '/api/v1/namespaces/kube-public/configmaps/cluster-info'
const ROLES = '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public/rolebindings'

describe('cmd: what nodes need to join', () => {
  let h: Harness
  const parts = { random: systemRandom(), clock: systemClock, log: silentLog }
  const ensure = (caPem: string, more: object = {}) => {
    const place = { server: 'https://127.0.0.1:1', caPem }
    const { signal } = new AbortController()
    return ensureClusterInfo({ ...parts, api: h.server.handler, ...place, ...more }, { signal })
  }
  const told = async (): Promise<Json> => (await h.call(`GET ${AT}`)).json.data.kubeconfig
  beforeEach(async () => {
    h = await Harness.start()
  })
  afterEach(() => h.stop())

  it('an authority of old is replaced', async () => {
    await ensure('old')
    const before = await told()
    await ensure('old')
    assert.equal(await told(), before)
    await ensure('new')
    const encoded = Buffer.from('new').toString('base64')
    assert.equal((await told()).includes(`certificate-authority-data: ${encoded}\n`), true)
  })

  it('what fails is told and tried again, and keeps nothing else', async () => {
    const clock = new ManualClock()
    let isBroken = true
    const api: HttpHandler = (request) => {
      const isBinding = request.url.includes('/clusterrolebindings')
      if (isBroken && isBinding) return Promise.reject(new Error('broken'))
      return h.server.handler(request)
    }
    let tell: (left: unknown) => void = () => undefined
    const failed = new Promise((resolve) => {
      tell = resolve
    })
    const log: Log = { ...silentLog, warn: (_, fields) => tell(fields?.['left']) }
    const ensuring = ensure('ca', { api, clock, log })
    assert.equal(await failed, 4)
    assert.equal((await h.call(`GET ${AT}`)).status, 200)
    assert.equal((await h.call(`GET ${ROLES}`)).json.items.length > 0, true)
    isBroken = false
    clock.advance(1000)
    await ensuring
    const bindings = '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings'
    const at = `GET ${bindings}/kubeadm:kubelet-bootstrap`
    assert.equal((await h.call(at)).status, 200)
  })
})
