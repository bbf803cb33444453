import assert from 'node:assert/strict'
import type { EndpointSlice, Pod, Service, Stored } from '../../../src/api/index.ts'
import { planHostPorts, planRules, type Rule } from '../../../src/node/proxy/index.ts'

const NODE = { name: 'node-1', ip: '127.20.0.1', nodePortAddresses: ['127.0.0.1'] }
const meta = (name: string, labels: Record<string, string> = {}) => ({
  name,
  namespace: 'default',
  uid: name,
  resourceVersion: '1',
  creationTimestamp: '2026-01-01T00:00:00Z',
  labels,
})

function service(spec: Service['spec'] = {}): Stored<Service> {
  const ports = [{ name: 'http', port: 80, targetPort: 8080, protocol: 'TCP', nodePort: 30080 }]
  return { metadata: meta('web'), spec: { clusterIP: '127.96.0.5', ports, ...spec }, status: {} }
}

type Endpoints = NonNullable<EndpointSlice['endpoints']>

function slice(endpoints: Endpoints): Stored<EndpointSlice> {
  return {
    metadata: meta('web-1', { 'kubernetes.io/service-name': 'web' }),
    addressType: 'IPv4',
    ports: [{ name: 'http', port: 8080, protocol: 'TCP' }],
    endpoints,
  }
}

const at = (address: string, conditions = {}, nodeName = 'node-1') => ({
  addresses: [address],
  conditions,
  nodeName,
})
const ready = { ready: true, serving: true, terminating: false }
const ending = { ready: false, serving: true, terminating: true }
const starting = { ready: false, serving: false, terminating: false }

function plan(spec: Service['spec'], endpoints: Endpoints): Rule[] {
  return planRules([service(spec)], [slice(endpoints)], NODE)
}

function targets(rules: readonly Rule[], kind: Rule['kind']): string[] | undefined {
  return rules.find((r) => r.kind === kind)?.targets.map((t) => `${t.address}:${t.port}`)
}

describe('proxy plan', () => {
  const table: readonly {
    what: string
    spec?: Service['spec']
    endpoints: Endpoints
    cluster: string[] | undefined
    node?: string[] | undefined
  }[] = [
    {
      what: 'ready endpoints',
      endpoints: [at('1', ready), at('2', starting)],
      cluster: ['1:8080'],
    },
    {
      what: 'conditions left out mean ready',
      endpoints: [at('1')],
      cluster: ['1:8080'],
    },
    {
      what: 'endpoints that end but serve, when no other is ready',
      endpoints: [at('1', ending), at('2', starting)],
      cluster: ['1:8080'],
    },
    { what: 'no rule without endpoints', endpoints: [at('1', starting)], cluster: undefined },
    {
      what: 'this node alone for internal traffic',
      spec: { internalTrafficPolicy: 'Local' },
      endpoints: [at('1', ready), at('2', ready, 'node-2')],
      cluster: ['1:8080'],
      node: ['1:8080', '2:8080'],
    },
    {
      what: 'this node alone for external traffic',
      spec: { externalTrafficPolicy: 'Local' },
      endpoints: [at('1', ready), at('2', ready, 'node-2')],
      cluster: ['1:8080', '2:8080'],
      node: ['1:8080'],
    },
    {
      what: 'nothing for headless',
      spec: { clusterIP: 'None' },
      endpoints: [at('1')],
      cluster: undefined,
    },
    {
      what: 'nothing for external names',
      spec: { type: 'ExternalName', externalName: 'x' },
      endpoints: [at('1')],
      cluster: undefined,
    },
  ]
  for (const { what, spec = {}, endpoints, cluster, node } of table) {
    it(`takes ${what}`, () => {
      const rules = plan(spec, endpoints)
      assert.deepEqual(targets(rules, 'ClusterIP'), cluster)
      if (node) assert.deepEqual(targets(rules, 'NodePort'), node)
    })
  }

  it('serves cluster address and node port, with affinity', () => {
    const rules = plan({ sessionAffinity: 'ClientIP' }, [at('1')])
    assert.deepEqual(
      rules.map((r) => [r.key, r.affinityMs]),
      [
        ['TCP 127.96.0.5:80', 10_800_000],
        ['TCP 127.0.0.1:30080', 10_800_000],
      ],
    )
  })

  it('serves external addresses by the rules for traffic from outside', () => {
    const away = at('2', ready, 'node-2')
    const spec = { externalIPs: ['127.9.9.9', '2001:db8::1'], externalTrafficPolicy: 'Local' }
    const balanced = {
      ...service(spec),
      status: { loadBalancer: { ingress: [{ ip: '127.9.9.8' }, { hostname: 'x' }] } },
    }
    const rules = planRules([balanced], [slice([at('1', ready), away])], NODE)
    assert.deepEqual(
      rules.map((r) => [r.key, r.targets.map((t) => `${t.address}:${t.port}`)]),
      [
        ['TCP 127.96.0.5:80', ['1:8080', '2:8080']],
        ['TCP 127.9.9.9:80', ['1:8080']],
        ['TCP 127.9.9.8:80', ['1:8080']],
        ['TCP 127.0.0.1:30080', ['1:8080']],
      ],
    )
  })

  it('serves the host ports of pods, but not of those that ended or are on the host', () => {
    const ports = [
      { containerPort: 8080, hostPort: 80, name: 'http' },
      { containerPort: 53, hostPort: 5353, protocol: 'UDP', hostIP: '127.0.0.1' },
      { containerPort: 9 },
    ]
    const pod = (name: string, podIP: string, spec = {}, phase = 'Running'): Stored<Pod> => ({
      metadata: meta(name),
      spec: { containers: [{ name: 'main', ports }], ...spec },
      status: { phase, podIP },
    })
    const rules = planHostPorts(
      [
        pod('ended', '1', {}, 'Failed'),
        pod('on-host', '127.20.0.1', { hostNetwork: true }),
        pod('web', '2'),
        pod('next', '3'),
      ],
      NODE,
    )
    assert.deepEqual(
      rules.map((r) => [r.key, r.owner.name, r.targets]),
      [
        ['TCP 127.20.0.1:80', 'web', [{ address: '2', port: 8080 }]],
        ['UDP 127.0.0.1:5353', 'web', [{ address: '2', port: 53 }]],
      ],
    )
  })
})
