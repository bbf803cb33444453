import assert from 'node:assert/strict'
import type { Container, Pod, Service, Stored } from '../../../src/api/index.ts'
import { environmentOf, serviceEnvironment } from '../../../src/node/kubelet/environment.ts'
import { expand } from '../../../src/node/kubelet/expansion.ts'

const stored = (name: string, namespace = 'default') => ({
  name,
  namespace,
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
})

function environment(container: Partial<Container>): Record<string, string> {
  const whole: Container = { name: 'web', ...container }
  const pod: Stored<Pod> = {
    metadata: { ...stored('p'), labels: { app: 'shop', tier: 'front' } },
    spec: { containers: [whole], nodeName: 'node-1' },
    status: {},
  }
  return environmentOf({
    pod,
    container: whole,
    source: {
      token: () => undefined,
      configMap: (name) =>
        name === 'cm' ? { metadata: {}, data: { KEY: 'value', '9bad': 'x' } } : undefined,
      secret: (name) => (name === 's' ? { metadata: {}, data: { KEY: 'aGlkZGVu' } } : undefined),
      claimedVolume: () => undefined,
    },
    base: { PATH: '/bin' },
    serviceEnv: { WEB_SERVICE_HOST: '127.96.0.5' },
    facts: {
      podIp: '127.20.1.1',
      hostIp: '127.0.0.2',
      nodeName: 'node-1',
      allocatable: { cpu: '4', memory: '8Gi' },
    },
  })
}

const from = (valueFrom: NonNullable<Container['env']>[number]['valueFrom']) =>
  environment({ env: [{ name: 'X', valueFrom }] }).X

describe('environment of a container', () => {
  it('expands references as Kubernetes does', () => {
    const values = new Map([
      ['A', '1'],
      ['B', '$(A)'],
    ])
    const table = [
      ['$(A)', '1'],
      ['$(A)$(A)', '11'],
      ['$$(A)', '$(A)'],
      ['$$$(A)', '$1'],
      ['$(UNKNOWN)', '$(UNKNOWN)'],
      ['$(B)', '$(A)'],
      ['$A $', '$A $'],
      ['$(A', '$(A'],
    ] as const
    for (const [text, expected] of table) assert.equal(expand(text, values), expected, text)
  })

  it('lets later sources win, and skips names that are none', () => {
    const env = environment({
      envFrom: [{ configMapRef: { name: 'cm' } }, { secretRef: { name: 's' }, prefix: 'S_' }],
      env: [
        { name: 'ONE', value: '$(KEY)-$(WEB_SERVICE_HOST)-$(LATER)' },
        { name: 'LATER', value: 'x' },
        { name: 'PATH', value: '/own' },
      ],
    })
    assert.deepEqual(env, {
      PATH: '/own',
      WEB_SERVICE_HOST: '127.96.0.5',
      KEY: 'value',
      S_KEY: 'hidden',
      ONE: 'value-127.96.0.5-$(LATER)',
      LATER: 'x',
    })
  })

  it('reads fields of the pod and resources of the container', () => {
    const field = (fieldPath: string) => from({ fieldRef: { fieldPath } })
    assert.equal(field('metadata.name'), 'p')
    assert.equal(field("metadata.labels['tier']"), 'front')
    assert.equal(field('status.podIP'), '127.20.1.1')
    assert.equal(field('spec.nodeName'), 'node-1')
    const resources = { limits: { memory: '100Mi' }, requests: { cpu: '250m' } }
    const resource = (name: string, divisor?: string) =>
      environment({
        resources,
        env: [
          {
            name: 'X',
            valueFrom: { resourceFieldRef: { resource: name, ...(divisor && { divisor }) } },
          },
        ],
      }).X
    assert.equal(resource('requests.cpu'), '1')
    assert.equal(resource('requests.cpu', '1m'), '250')
    assert.equal(resource('limits.memory', '1Mi'), '100')
    assert.equal(resource('limits.cpu'), '4')
  })

  it('says what is missing in the words of the kubelet', () => {
    const key = (name: string, optional = false) =>
      from({ configMapKeyRef: { name, key: 'NOPE', optional } })
    assert.throws(() => key('cm'), { message: "couldn't find key NOPE in ConfigMap default/cm" })
    assert.throws(() => key('gone'), { message: 'configmap "gone" not found' })
    assert.equal(key('gone', true), undefined)
    assert.throws(() => environment({ envFrom: [{ secretRef: { name: 'x' } }] }), {
      message: 'secret "x" not found',
    })
  })

  it('tells of services', () => {
    const service = (name: string, namespace: string, clusterIP: string): Stored<Service> => ({
      metadata: stored(name, namespace),
      spec: { clusterIP, ports: [{ name: 'http', port: 80, protocol: 'TCP' }] },
      status: {},
    })
    const all = [
      service('kubernetes', 'default', '127.96.0.1'),
      service('red-is', 'shop', '127.96.0.2'),
      service('headless', 'shop', 'None'),
      service('other', 'elsewhere', '127.96.0.3'),
    ]
    const linked = serviceEnvironment(all, { namespace: 'shop', enableServiceLinks: true })
    assert.equal(linked.KUBERNETES_SERVICE_HOST, '127.96.0.1')
    assert.equal(linked.RED_IS_SERVICE_HOST, '127.96.0.2')
    assert.equal(linked.RED_IS_SERVICE_PORT_HTTP, '80')
    assert.equal(linked.RED_IS_PORT_80_TCP, 'tcp://127.96.0.2:80')
    assert.ok(!('OTHER_SERVICE_HOST' in linked) && !('HEADLESS_SERVICE_HOST' in linked))
    const options = { namespace: 'shop', enableServiceLinks: true }
    const moved = serviceEnvironment(all, { ...options, servedPorts: new Map([[80, 8080]]) })
    assert.equal(moved.RED_IS_SERVICE_PORT, '8080')
    assert.equal(moved.RED_IS_SERVICE_PORT_HTTP, '8080')
    assert.equal(moved.RED_IS_PORT_80_TCP, 'tcp://127.96.0.2:8080')
    assert.equal(moved.RED_IS_PORT_80_TCP_PORT, '8080')
    assert.equal(moved.KUBERNETES_SERVICE_PORT, '8080')
    const bare = serviceEnvironment(all, { namespace: 'shop', enableServiceLinks: false })
    assert.ok(!('RED_IS_SERVICE_HOST' in bare))
  })
})
