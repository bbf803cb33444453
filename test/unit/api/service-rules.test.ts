import assert from 'node:assert/strict'
import {
  allResources,
  decodeJson,
  describeErrors,
  type FieldError,
  type KubeObject,
} from '../../../src/api/index.ts'

function objectOf(plural: string, json: object) {
  const resource = allResources.find((of) => of.plural === plural && of.group === '')
  assert.ok(resource)
  const metadata = { name: 'x', ...(resource.namespaced && { namespace: 'n' }) }
  const object = decodeJson<KubeObject>(resource.struct, { metadata, ...json })
  resource.strategy.applyDefaults(object)
  return { object, strategy: resource.strategy }
}

const textOf = (errors: readonly FieldError[]) => (errors.length > 0 ? describeErrors(errors) : '')

function faults(plural: string, json: object): string {
  const { object, strategy } = objectOf(plural, json)
  return textOf(strategy.validateCreate(object))
}

function changes(plural: string, before: object, after: object): string {
  const { object: old, strategy } = objectOf(plural, before)
  return textOf(strategy.validateUpdate(objectOf(plural, after).object, old))
}

const service = (spec: object) => ({ spec: { ports: [{ port: 80 }], ...spec } })

const SERVICES: readonly (readonly [spec: object, faults: string])[] = [
  [
    { loadBalancerSourceRanges: ['x'] },
    "[spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer', " +
      'spec.LoadBalancerSourceRanges[0]: Invalid value: "x": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)]',
  ],
  [
    { loadBalancerClass: 'a', allocateLoadBalancerNodePorts: true },
    "[spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is 'LoadBalancer', " +
      "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer']",
  ],
  [
    { healthCheckNodePort: 30000 },
    "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
  ],
  [
    { clusterIP: 'None', clusterIPs: ['None', '10.0.0.1'] },
    `spec.clusterIPs: Invalid value: []string{"None", "10.0.0.1"}: 'None' must be the first and only value`,
  ],
  [
    { ipFamilies: ['IPv4', 'IPv4', 'IPX'], ipFamilyPolicy: 'Some' },
    '[spec.ipFamilies[1]: Duplicate value: "IPv4", spec.ipFamilies[2]: Unsupported value: "IPX": supported values: "IPv4", "IPv6", ' +
      'spec.ipFamilyPolicy: Unsupported value: "Some": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"]',
  ],
  [
    { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv6'] },
    'spec.clusterIPs[0]: Invalid value: "10.0.0.1": expected an IPv6 value as indicated by `ipFamilies[0]`',
  ],
  [
    { type: 'ExternalName', externalName: 'a.b.', ipFamilyPolicy: 'SingleStack' },
    'spec.ipFamilyPolicy: Forbidden: may not be set for ExternalName services',
  ],
  [
    { externalIPs: ['224.0.0.1', '127.1.2.3'] },
    '[spec.externalIPs[0]: Invalid value: "224.0.0.1": may not be in the link-local multicast range (224.0.0.0/24, ff02::/10), ' +
      'spec.externalIPs[1]: Invalid value: "127.1.2.3": may not be in the loopback range (127.0.0.0/8, ::1/128)]',
  ],
  [
    {
      ports: [
        { port: 80, name: 'a' },
        { port: 80, name: 'b' },
      ],
    },
    'spec.ports[1]: Duplicate value: core.ServicePort{Name:"", Protocol:"TCP", AppProtocol:(*string)(nil), Port:80, ' +
      'TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}',
  ],
]

describe('rules of services and nodes', () => {
  for (const [spec, expected] of SERVICES) {
    it(`a service with ${JSON.stringify(spec)}`, () => {
      assert.equal(faults('services', service(spec)), expected)
    })
  }

  it('addresses, families and classes of balancers stay', () => {
    const ips = (...clusterIPs: string[]) => service({ clusterIP: clusterIPs[0], clusterIPs })
    assert.equal(
      changes('services', ips('10.0.0.1'), ips('10.0.0.2')),
      'spec.clusterIPs[0]: Invalid value: []string{"10.0.0.2"}: may not change once set',
    )
    assert.equal(
      changes('services', ips('10.0.0.1', 'fd00::1'), ips('10.0.0.1')),
      'spec.ipFamilyPolicy: Invalid value: "null": must be set to ' +
        "'SingleStack' when releasing the secondary clusterIP",
    )
    const balanced = (loadBalancerClass: string) =>
      service({ type: 'LoadBalancer', loadBalancerClass })
    assert.equal(
      changes('services', balanced('a/b'), balanced('a/c')),
      'spec.loadBalancerClass: Invalid value: "a/c": may not change once set',
    )
  })

  it('two taints of one kind, and what a node keeps', () => {
    const taint = { key: 'k', value: 'v', effect: 'NoSchedule' }
    assert.equal(
      faults('nodes', { spec: { taints: [taint, taint] } }),
      'metadata.taints[1]: Duplicate value: core.Taint{Key:"k", Value:"v", Effect:"NoSchedule", TimeAdded:<nil>}: ' +
        'taints must be unique by key and effect pair',
    )
    assert.equal(
      changes('nodes', { spec: {} }, { spec: { externalID: 'x' } }),
      'spec.externalID: Forbidden: may not be updated',
    )
  })
})
