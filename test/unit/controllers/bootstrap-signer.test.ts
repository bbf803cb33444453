import assert from 'node:assert/strict'
import { isDeepStrictEqual } from 'node:util'
import { configMaps, secrets } from '../../../src/api/index.ts'
import { detachedJws } from '../../../src/master/controllers/bootstrap-signer.ts'
import { eventually, TestCluster } from './cluster.ts'

// Vectors of Kubernetes' own tests.
const CONTENT = 'Hello from the other side. I must have called a thousand times.'
const JOSHUA = { id: 'joshua', secret: 'my voice is my passcode' }
const HEAD = 'eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9'
const SIGNED = `${HEAD}..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8`

describe('bootstrap signer', () => {
  let cluster: TestCluster
  before(async () => {
    cluster = await TestCluster.start({ only: ['bootstrap-signer-controller'] })
  })
  after(() => cluster.stop())

  const info = { name: 'cluster-info', namespace: 'kube-public' }
  const dataIs = (what: string, expected: Record<string, string>) =>
    eventually(what, async () => {
      const { data = {} } = await cluster.client.for(configMaps).get(info)
      return isDeepStrictEqual({ ...data }, expected)
    })
  const token = (id: string, more: Record<string, string> = {}) => {
    const fields = { 'token-id': id, 'token-secret': JOSHUA.secret, ...more }
    const data = Object.entries({ 'usage-bootstrap-signing': 'true', ...fields }).map(
      ([key, value]) => [key, Buffer.from(value).toString('base64')],
    )
    return cluster.client.for(secrets).create({
      metadata: { name: `bootstrap-token-${id}`, namespace: 'kube-system' },
      type: 'bootstrap.kubernetes.io/token',
      data: Object.fromEntries(data) as Record<string, string>,
    })
  }

  it('signs as others do', () => {
    assert.equal(detachedJws(CONTENT, JOSHUA), SIGNED)
    assert.match(detachedJws('', JOSHUA), /\.\.7Ui1ALizW4jXphVUB7xUqC9vLYLL9RZeOFfVLoB7Tgk$/)
  })

  it('signs with each token that is there for it, and takes back what no token stands for', async () => {
    await token('joshua')
    await token('silent', { 'usage-bootstrap-signing': 'false' })
    await token('former', { expiration: '2020-01-01T00:00:00Z' })
    const data = { kubeconfig: CONTENT, 'jws-kubeconfig-gone12': 'x' }
    await cluster.client.for(configMaps).create({ metadata: info, data })
    const signed = { kubeconfig: CONTENT, 'jws-kubeconfig-joshua': SIGNED }
    await dataIs('it is signed', { 'jws-kubeconfig-joshua': SIGNED, kubeconfig: CONTENT })
    await token('second')
    await dataIs('it is signed twice', {
      'jws-kubeconfig-joshua': SIGNED,
      'jws-kubeconfig-second': detachedJws(CONTENT, { ...JOSHUA, id: 'second' }),
      kubeconfig: CONTENT,
    })
    const second = { name: 'bootstrap-token-second', namespace: 'kube-system' }
    await cluster.client.for(secrets).delete(second)
    await dataIs('one is taken back', { 'jws-kubeconfig-joshua': SIGNED, kubeconfig: CONTENT })
    const changed = await cluster.client.for(configMaps).get(info)
    await cluster.client
      .for(configMaps)
      .update({ ...changed, data: { ...signed, kubeconfig: 'another' } })
    await dataIs('a new text is signed anew', {
      'jws-kubeconfig-joshua': detachedJws('another', JOSHUA),
      kubeconfig: 'another',
    })
  })
})
