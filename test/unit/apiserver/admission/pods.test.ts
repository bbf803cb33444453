import assert from 'node:assert/strict'
import { Harness, type Json, MERGE, pod } from '../harness.ts'

const NS = '/api/v1/namespaces/default'

describe('admission of pods', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await Harness.start({ mountTokens: true })
    await post(`${NS}/serviceaccounts`, { metadata: { name: 'default' } })
  })
  afterEach(() => harness.stop())

  async function post(url: string, body: object): Promise<Json> {
    const answer = await harness.call(`POST ${url}`, { body })
    assert.ok(answer.status < 300, JSON.stringify(answer.json))
    return answer.json
  }
  const refused = async (body: object, why: RegExp) => {
    const answer = await harness.call(`POST ${NS}/pods`, { body })
    assert.equal(answer.status, 403, JSON.stringify(answer.json))
    assert.match(answer.json.message, why)
  }
  const robot = (more: object = {}) =>
    post(`${NS}/serviceaccounts`, { metadata: { name: 'robot' }, ...more })

  describe('service accounts', () => {
    it('give pods a token, where they want one and have nothing of their own there', async () => {
      const { spec } = await post(
        `${NS}/pods`,
        pod('a', { initContainers: [{ name: 'i', image: 'x' }] }),
      )
      const [volume] = spec.volumes
      assert.match(volume.name, /^kube-api-access-[a-z0-9]{5}$/)
      assert.equal(volume.projected.sources.length, 3)
      const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount'
      const mount = { name: volume.name, readOnly: true, mountPath }
      assert.deepEqual(spec.containers[0].volumeMounts, [mount])
      assert.deepEqual(spec.initContainers[0].volumeMounts, [mount])
      const own = { name: 'c', image: 'x', volumeMounts: [{ name: 'v', mountPath }] }
      const volumes = [{ name: 'v', emptyDir: {} }]
      const other = await post(`${NS}/pods`, pod('b', { containers: [own], volumes }))
      assert.deepEqual(
        other.spec.volumes.map((v: Json) => v.name),
        ['v'],
      )
    })

    it('mount nothing when account or pod say so, the pod before the account', async () => {
      await robot({ automountServiceAccountToken: false })
      const without = await post(`${NS}/pods`, pod('a', { serviceAccountName: 'robot' }))
      assert.equal(without.spec.volumes, undefined)
      const spec = { serviceAccountName: 'robot', automountServiceAccountToken: true }
      assert.equal((await post(`${NS}/pods`, pod('b', spec))).spec.volumes.length, 1)
    })

    it('limit the secrets that a pod may use', async () => {
      const annotations = { 'kubernetes.io/enforce-mountable-secrets': 'true' }
      await post(`${NS}/serviceaccounts`, {
        metadata: { name: 'strict', annotations },
        secrets: [{ name: 'good' }],
      })
      const spec = { serviceAccountName: 'strict' }
      const volume = (secretName: string) => [{ name: 'v', secret: { secretName } }]
      await post(`${NS}/pods`, pod('a', { ...spec, volumes: volume('good') }))
      const bad = pod('b', { ...spec, volumes: volume('bad') })
      await refused(
        bad,
        /volume with secret.secretName="bad" is not allowed because service account/,
      )
      const secretKeyRef = { name: 'bad', key: 'k' }
      const env = [{ name: 'E', valueFrom: { secretKeyRef } }]
      const containers = [{ name: 'c', image: 'x', env }]
      const why = /container c with env E referencing secret.secretName="bad" is not allowed/
      await refused(pod('c', { ...spec, containers }), why)
    })

    it('must exist', async () => {
      const why = /looking up service account default\/nobody: serviceaccount "nobody" not found$/
      await refused(pod('a', { serviceAccountName: 'nobody' }), why)
    })
  })

  describe('priority classes', () => {
    const CLASSES = '/apis/scheduling.k8s.io/v1/priorityclasses'

    it('are resolved, and a default one is given to pods that name none', async () => {
      await post(CLASSES, { metadata: { name: 'high' }, value: 100, globalDefault: true })
      const { spec } = await post(`${NS}/pods`, pod('a'))
      assert.deepEqual([spec.priorityClassName, spec.priority], ['high', 100])
      const body = { metadata: { name: 'other' }, value: 1, globalDefault: true }
      const second = await harness.call(`POST ${CLASSES}`, { body })
      assert.match(second.json.message, /PriorityClass high is already marked as default/)
    })

    it('are two from the start', async () => {
      const { json } = await harness.call(`GET ${CLASSES}`)
      const values = json.items.map((item: Json) => [item.metadata.name, item.value])
      assert.deepEqual(values, [
        ['system-cluster-critical', 2_000_000_000],
        ['system-node-critical', 2_000_001_000],
      ])
    })

    it('may not be invented', async () => {
      await refused(pod('a', { priorityClassName: 'x' }), /no PriorityClass with name x was found/)
      await refused(pod('a', { priority: 5 }), /computed 0 from the given PriorityClass name/)
    })
  })

  describe('limit ranges', () => {
    const range = (limit: object) =>
      post(`${NS}/limitranges`, { metadata: { name: 'lr' }, spec: { limits: [limit] } })
    const asks = (requests: object, limits: object = {}) => ({
      containers: [{ name: 'c', image: 'x', resources: { requests, limits } }],
    })

    it('fill in what is left out, and say so', async () => {
      await range({ type: 'Container', default: { cpu: '1' }, defaultRequest: { cpu: '100m' } })
      const { spec, metadata } = await post(`${NS}/pods`, pod('a'))
      const { resources } = spec.containers[0]
      assert.deepEqual(resources, { limits: { cpu: '1' }, requests: { cpu: '100m' } })
      assert.equal(
        metadata.annotations['kubernetes.io/limit-ranger'],
        'LimitRanger plugin set: cpu request for container c; cpu limit for container c',
      )
    })

    it('bound containers, and pods as a whole', async () => {
      await range({ type: 'Pod', max: { cpu: '1' }, min: { memory: '10Mi' } })
      const one = asks({ cpu: '600m', memory: '20Mi' }, { cpu: '600m' })
      await post(`${NS}/pods`, pod('a', one))
      const two = { containers: [...one.containers, { ...one.containers[0], name: 'd' }] }
      await refused(pod('b', two), /maximum cpu usage per Pod is 1, but limit is 1200m/)
      await refused(
        pod('c', asks({}, {})),
        /minimum memory usage per Pod is 10Mi. {2}No request is/,
      )
    })
  })

  describe('runtime classes', () => {
    const add = (more: object) =>
      post('/apis/node.k8s.io/v1/runtimeclasses', {
        metadata: { name: 'r' },
        handler: 'h',
        ...more,
      })

    it('add their overhead and their place', async () => {
      const tolerations = [{ key: 'gvisor', operator: 'Exists' }]
      const scheduling = { nodeSelector: { kata: 'yes' }, tolerations }
      await add({ overhead: { podFixed: { cpu: '100m' } }, scheduling })
      const runtimeClassName = 'r'
      const { spec } = await post(`${NS}/pods`, pod('a', { runtimeClassName }))
      assert.deepEqual(spec.overhead, { cpu: '100m' })
      assert.deepEqual(spec.nodeSelector, { kata: 'yes' })
      assert.ok(spec.tolerations.some((t: Json) => t.key === 'gvisor'))
      const elsewhere = pod('b', { runtimeClassName, nodeSelector: { kata: 'no' } })
      await refused(elsewhere, /conflict: runtimeClass.scheduling.nodeSelector\[kata\] = yes; pod/)
      const cheaper = pod('c', { runtimeClassName, overhead: { cpu: '1m' } })
      await refused(cheaper, /Pod's Overhead doesn't match RuntimeClass's defined Overhead/)
    })

    it('must exist, and without one there is no overhead', async () => {
      await refused(pod('a', { runtimeClassName: 'x' }), /RuntimeClass "x" not found/)
      await refused(pod('a', { overhead: { cpu: '1m' } }), /without corresponding RuntimeClass/)
    })
  })

  it('pulls images anew where that is on', async () => {
    const strict = await Harness.start({ enabledAdmission: ['AlwaysPullImages'] })
    try {
      await strict.call(`POST ${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
      const containers = [{ name: 'c', image: 'x:1', imagePullPolicy: 'Never' }]
      const { json } = await strict.call(`POST ${NS}/pods`, { body: pod('a', { containers }) })
      assert.equal(json.spec.containers[0].imagePullPolicy, 'Always')
    } finally {
      await strict.stop()
    }
  })

  it('puts pods where their namespace says, and denies external addresses, where that is on', async () => {
    const enabledAdmission = ['PodNodeSelector', 'DenyServiceExternalIPs']
    const strict = await Harness.start({ enabledAdmission, disabledAdmission: ['ServiceAccount'] })
    try {
      const annotations = { 'scheduler.alpha.kubernetes.io/node-selector': 'a=b, c=d' }
      const body = { metadata: { annotations } }
      await strict.call('PATCH /api/v1/namespaces/default', { headers: MERGE, body })
      const create = async (name: string, spec: object) =>
        (await strict.call(`POST ${NS}/pods`, { body: pod(name, spec) })).json
      const made = await create('a', { nodeSelector: { x: 'y' } })
      assert.deepEqual(made.spec.nodeSelector, { x: 'y', a: 'b', c: 'd' })
      const refusal = await create('b', { nodeSelector: { a: 'z' } })
      assert.match(refusal.message, /conflicts with its namespace node label selector/)
      const spec = { ports: [{ port: 80 }], externalIPs: ['1.2.3.4'] }
      const service = { metadata: { name: 's' }, spec }
      const { json } = await strict.call(`POST ${NS}/services`, { body: service })
      assert.match(json.message, /Use of external IPs is denied by admission control/)
    } finally {
      await strict.stop()
    }
  })

  it('keeps quotas exactly, whichever of three masters is asked', async () => {
    const { kv } = harness
    const servers = [harness, await Harness.start({ kv }), await Harness.start({ kv })]
    const hard = { configmaps: '7' }
    await post(`${NS}/resourcequotas`, { metadata: { name: 'q' }, spec: { hard } })
    const status = { hard, used: { configmaps: '0' } }
    const headers = MERGE
    const url = `${NS}/resourcequotas/q`
    await harness.call(`PATCH ${url}/status`, { headers, body: { status } })
    for (const server of servers) {
      // Each has it in its cache.
      for (;;) {
        const { json } = await server.call(`GET ${url}?resourceVersion=0`)
        if (json.status?.used) break
      }
    }
    const body = (i: number) => ({ metadata: { name: `m${i}` } })
    const answers = await Promise.all(
      Array.from({ length: 24 }, (_, i) =>
        (servers[i % 3] ?? harness).call(`POST ${NS}/configmaps`, { body: body(i) }),
      ),
    )
    assert.equal(answers.filter((answer) => answer.status === 201).length, 7)
    const others = answers.filter((answer) => answer.status !== 201)
    for (const other of others) assert.match(other.json.message, /exceeded quota: q, requested/)
    const { json } = await harness.call(`GET ${url}`)
    assert.deepEqual(json.status.used, { configmaps: '7' })
    await servers[1]?.server.stop()
    await servers[2]?.server.stop()
  })
})
