import assert from 'node:assert/strict'
import { Harness, type Json, MERGE } from '../harness.ts'

const NS = '/api/v1/namespaces/default'
const CLAIMS = `${NS}/persistentvolumeclaims`

describe('admission of storage and ingresses', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await Harness.start()
  })
  afterEach(() => harness.stop())

  async function post(url: string, body: object): Promise<Json> {
    const answer = await harness.call(`POST ${url}`, { body })
    assert.ok(answer.status < 300, JSON.stringify(answer.json))
    return answer.json
  }
  const claim = (name: string, more: object = {}) => ({
    metadata: { name },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...more },
  })
  const storageClass = (name: string, more: object = {}) =>
    post('/apis/storage.k8s.io/v1/storageclasses', {
      metadata: {
        name,
        annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
      },
      provisioner: 'x/y',
      ...more,
    })

  it('gives claims the default class and a finalizer', async () => {
    await storageClass('fast')
    const made = await post(CLAIMS, claim('a'))
    assert.equal(made.spec.storageClassName, 'fast')
    assert.deepEqual(made.metadata.finalizers, ['kubernetes.io/pvc-protection'])
    const none = await post(CLAIMS, claim('b', { storageClassName: '' }))
    assert.equal(none.spec.storageClassName, '')
  })

  it('lets claims grow where their class says so', async () => {
    await storageClass('fast', { allowVolumeExpansion: true })
    await storageClass('rigid')
    for (const name of ['fast', 'rigid']) {
      await post(CLAIMS, claim(name, { storageClassName: name, volumeName: 'v' }))
      const status = { status: { phase: 'Bound' } }
      await harness.call(`PATCH ${CLAIMS}/${name}/status`, { headers: MERGE, body: status })
    }
    const body = { spec: { resources: { requests: { storage: '2Gi' } } } }
    const grow = (name: string) => harness.call(`PATCH ${CLAIMS}/${name}`, { headers: MERGE, body })
    assert.equal((await grow('fast')).status, 200)
    const refused = await grow('rigid')
    assert.equal(refused.status, 403)
    assert.match(refused.json.message, /only dynamically provisioned pvc can be resized/)
  })

  it('gives ingresses the default class', async () => {
    const annotations = { 'ingressclass.kubernetes.io/is-default-class': 'true' }
    await post('/apis/networking.k8s.io/v1/ingressclasses', {
      metadata: { name: 'web', annotations },
      spec: { controller: 'example.com/web' },
    })
    const defaultBackend = { service: { name: 's', port: { number: 80 } } }
    const made = await post('/apis/networking.k8s.io/v1/namespaces/default/ingresses', {
      metadata: { name: 'i' },
      spec: { defaultBackend },
    })
    assert.equal(made.spec.ingressClassName, 'web')
  })
})
