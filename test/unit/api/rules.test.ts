import assert from 'node:assert/strict'
import {
  allResources,
  decodeJson,
  describeErrors,
  type KubeObject,
  type Resource,
} from '../../../src/api/index.ts'
import { MINIMAL } from '../../support/minimal.ts'

/** As go-cmp shows two sources of which one field differs. */
const OTHER_NFS_PATH = `spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation
  core.PersistentVolumeSource{
  \t... // 2 identical fields
  \tHostPath:  nil,
  \tGlusterfs: nil,
  \tNFS: &core.NFSVolumeSource{
  \t\tServer:   "h",
- \t\tPath:     "/p",
+ \t\tPath:     "/q",
  \t\tReadOnly: false,
  \t},
  \tRBD:     nil,
  \tQuobyte: nil,
  \t... // 15 identical fields
  }
`

function resourceOf(path: string): Resource {
  const [group = '', plural = ''] = path.split('/')
  const found = allResources.find((r) => r.group === group && r.plural === plural)
  assert.ok(found, path)
  return found
}

/** The minimal object of a kind with other values at some paths, decoded and with defaults. */
function objectOf(path: string, changes: Record<string, unknown>): KubeObject {
  const resource = resourceOf(path)
  const name = { metadata: { name: 'x', ...(resource.namespaced && { namespace: 'fuzz' }) } }
  const value: unknown = structuredClone({ ...name, ...MINIMAL[path] })
  for (const [at, change] of Object.entries(changes)) put(value, at.split('.'), change)
  const object = decodeJson<KubeObject>(resource.struct, value)
  resource.strategy.applyDefaults(object)
  return object
}

function put(value: unknown, [key = '', ...rest]: string[], change: unknown): void {
  const record = value as Record<string, unknown>
  if (rest.length === 0) record[key] = change
  else put((record[key] ??= {}), rest, change)
}

const VALIDATING = 'admissionregistration.k8s.io/validatingwebhookconfigurations'
const webhook = (clientConfig: object) => ({
  name: 'a.b.c',
  clientConfig,
  sideEffects: 'None',
  admissionReviewVersions: ['v1'],
})

type Case = readonly [path: string, changes: Record<string, unknown>, expected: string]

// Kubernetes' rules beyond those that the recorded answers show.
const CREATIONS: readonly Case[] = [
  [
    'apps/deployments',
    { 'spec.selector': {} },
    'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), ' +
      'MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: empty selector is invalid for deployment',
  ],
  [
    '/persistentvolumes',
    { 'spec.hostPath': { path: '/' } },
    'spec.nfs: Forbidden: may not specify more than 1 volume type',
  ],
  [
    '/persistentvolumes',
    { 'spec.nfs': { server: 'h', path: 'p' } },
    'spec.nfs.path: Invalid value: "p": must be an absolute path',
  ],
  [
    '/persistentvolumes',
    { 'spec.accessModes': ['ReadWriteOncePod', 'ReadWriteOnce'] },
    'spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes',
  ],
  [
    '/persistentvolumes',
    { 'spec.nodeAffinity': {} },
    'spec.nodeAffinity.required: Required value: must specify required node constraints',
  ],
  ['/persistentvolumeclaims', { 'spec.resources': {} }, 'spec.resources[storage]: Required value'],
  [
    '/persistentvolumeclaims',
    { 'spec.dataSource': { kind: 'X', name: 'a' } },
    'spec.dataSource: Invalid value: "X": must be \'PersistentVolumeClaim\' when referencing the default apiGroup',
  ],
  [
    '/limitranges',
    { spec: { limits: [{ type: 'PersistentVolumeClaim' }] } },
    'spec.limits[0].limits: Required value: either minimum or maximum storage value is required, but neither was provided',
  ],
  [
    '/limitranges',
    { spec: { limits: [{ type: 'Odd' }] } },
    'spec.limits[0].type: Invalid value: "Odd": must be a standard limit type or fully qualified',
  ],
  [
    '/resourcequotas',
    { spec: { hard: { pods: '1500m' } } },
    'spec.hard[pods]: Invalid value: resource.Quantity{i:resource.int64Amount{value:1500, scale:-3}, d:resource.infDecAmount{Dec:(*inf.Dec)(nil)}, s:"1500m", Format:"DecimalSI"}: must be an integer',
  ],
  [
    '/resourcequotas',
    { spec: { hard: { secrets: '1' }, scopes: ['BestEffort'] } },
    'spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: unsupported scope applied to resource',
  ],
  [
    '/resourcequotas',
    {
      spec: {
        scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In' }] },
      },
    },
    "spec.scopeSelector.matchExpressions.values: Required value: must be at least one value when `operator` is 'In' or 'NotIn' for scope selector",
  ],
  [
    'networking.k8s.io/ingresses',
    { spec: { rules: [{ host: '10.0.0.1', http: { paths: [] } }] } },
    '[spec.rules[0].host: Invalid value: "10.0.0.1": must be a DNS name, not an IP address, spec.rules[0].http.paths: Required value]',
  ],
  [
    'networking.k8s.io/networkpolicies',
    { 'spec.ingress': [{ ports: [{ port: 80, endPort: 79 }] }] },
    'spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`',
  ],
  [
    'networking.k8s.io/networkpolicies',
    { 'spec.ingress': [{ ports: [{ endPort: 79 }] }] },
    'spec.ingress[0].ports[0].endPort: Invalid value: 79: may not be specified when `port` is not specified',
  ],
  [
    'networking.k8s.io/networkpolicies',
    {
      'spec.egress': [
        { to: [{ ipBlock: { cidr: '2001:db8::/32', except: ['2001:db8:1::/48'] } }] },
      ],
    },
    '',
  ],
  [
    'networking.k8s.io/ingressclasses',
    { 'spec.controller': 'x' },
    'spec.controller: Invalid value: "x": must be a domain-prefixed path (such as "acme.io/foo")',
  ],
  [
    'networking.k8s.io/ipaddresses',
    { 'metadata.name': '2001:DB8::1' },
    'metadata.name: Invalid value: "2001:DB8::1": must be a canonical form IP address: 2001:db8::1',
  ],
  [
    'networking.k8s.io/servicecidrs',
    { 'spec.cidrs': ['10.0.0.0/24', '10.0.1.0/24'] },
    'spec.cidrs: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64',
  ],
  [
    'scheduling.k8s.io/priorityclasses',
    { value: 1_000_000_001 },
    'value: Forbidden: maximum allowed value of a user defined priority is 1000000000',
  ],
  [
    'scheduling.k8s.io/priorityclasses',
    { 'metadata.name': 'system-node-critical' },
    "metadata.name: Forbidden: priority class names with 'system-' prefix are reserved for system use only. error: value of system-node-critical PriorityClass must be 2000001000",
  ],
  [
    'storage.k8s.io/csinodes',
    {
      'spec.drivers': [
        { name: 'd.io', nodeID: 'a' },
        { name: 'd.io', nodeID: 'b' },
      ],
    },
    'spec.drivers[1].name: Duplicate value: "d.io"',
  ],
  [
    'storage.k8s.io/volumeattachments',
    { 'spec.source': {} },
    'spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName',
  ],
  [
    'storage.k8s.io/volumeattributesclasses',
    { parameters: {} },
    'parameters: Required value: must contain at least one key/value pair',
  ],
  [
    'resource.k8s.io/resourceclaims',
    { 'spec.devices': { requests: [{ name: 'a', exactly: { deviceClassName: 'c', count: -1 } }] } },
    'spec.devices.requests[0].exactly.count: Invalid value: -1: must be greater than zero',
  ],
  [
    'resource.k8s.io/resourceslices',
    { 'spec.devices': [{ name: 'a' }, { name: 'a' }] },
    'spec.devices[1].name: Duplicate value: "a"',
  ],
  [
    'events.k8s.io/events',
    { type: 'Odd', deprecatedCount: 2 },
    '[type: Invalid value: "": has invalid value: Odd, count: Invalid value: "": needs to be unset]',
  ],
  ['events.k8s.io/events', { eventTime: null }, 'eventTime: Required value'],
  [
    'events.k8s.io/events',
    { reportingController: '' },
    '[reportingController: Required value, ' +
      'reportingController: Invalid value: "": name part must be non-empty, ' +
      'reportingController: Invalid value: "": name part must consist of alphanumeric characters, ' +
      "'-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or " +
      "'my.name',  or '123-abc', regex used for validation is " +
      "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')]",
  ],
  [
    'networking.k8s.io/ingresses',
    { 'spec.defaultBackend': { resource: { kind: '', name: '' } } },
    '[spec.defaultBackend.resource.kind: Required value: kind is required, ' +
      'spec.defaultBackend.resource.name: Required value: name is required]',
  ],
  [
    'networking.k8s.io/ingressclasses',
    { 'spec.parameters': { kind: 'K', name: 'n', scope: 'Cluster', namespace: 'A' } },
    "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'",
  ],
  [
    'discovery.k8s.io/endpointslices',
    {
      endpoints: [{ addresses: ['10.0.0.1'], hints: { forZones: [{ name: 'a' }, { name: 'a' }] } }],
    },
    'endpoints[0].hints.forZones[1].name: Duplicate value: "a"',
  ],
  [
    'discovery.k8s.io/endpointslices',
    { addressType: 'FQDN', endpoints: [{ addresses: ['host', 'a.host.'] }] },
    'endpoints[0].addresses[0]: Invalid value: "host": should be a domain with at least two segments separated by dots',
  ],
  [
    'discovery.k8s.io/endpointslices',
    { addressType: 'IPv6', endpoints: [{ addresses: ['x'] }] },
    '[endpoints[0].addresses[0]: Invalid value: "x": must be a valid IPv6 address, ' +
      'endpoints[0].addresses[0]: Invalid value: "x": must be a valid IP address]',
  ],
  [
    'node.k8s.io/runtimeclasses',
    { overhead: { podFixed: { cpu: '-1' } } },
    'overhead.limits[cpu]: Invalid value: "-1": must be greater than or equal to 0',
  ],
  [
    'rbac.authorization.k8s.io/clusterroles',
    {
      aggregationRule: {
        clusterRoleSelectors: [{ matchExpressions: [{ key: 'a', operator: 'In' }] }],
      },
    },
    "[aggregationRule.clusterRoleSelectors[0].matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn', " +
      'aggregationRule.clusterRoleSelectors[0]: Invalid value: "null": invalid label selector.]',
  ],
  [
    'storage.k8s.io/storageclasses',
    { parameters: { '': 'x' } },
    'parameters: Invalid value: "": field can not be empty.',
  ],
  [
    'storage.k8s.io/volumeattachments',
    { 'spec.attacher': '' },
    '[spec.attacher: Required value, spec.attacher: Invalid value: "": a lowercase RFC 1123 ' +
      "subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start " +
      "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
      "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')]",
  ],
  [
    'storage.k8s.io/csidrivers',
    { 'spec.volumeLifecycleModes': ['Odd'] },
    'spec.volumeLifecycleModes: Unsupported value: "Odd": supported values: "Persistent", "Ephemeral"',
  ],
  ['certificates.k8s.io/certificatesigningrequests', { 'metadata.name': 'A_b' }, ''],
  [
    VALIDATING,
    { webhooks: [webhook({ url: 'foo' })] },
    '[webhooks[0].clientConfig.url: Invalid value: "": \'https\' is the only allowed URL scheme; desired format: https://host[/path], ' +
      'webhooks[0].clientConfig.url: Invalid value: "": host must be specified; desired format: https://host[/path]]',
  ],
  [
    VALIDATING,
    { webhooks: [webhook({ url: 'https://u:p@h/x?q#f' })] },
    '[webhooks[0].clientConfig.url: Invalid value: "u:p": user information is not permitted in the URL, ' +
      'webhooks[0].clientConfig.url: Invalid value: "f": fragments are not permitted in the URL, ' +
      'webhooks[0].clientConfig.url: Invalid value: "q": query parameters are not permitted in the URL]',
  ],
  [
    VALIDATING,
    { webhooks: [webhook({ url: 'https://h:x/' })] },
    'webhooks[0].clientConfig.url: Required value: url must be a valid URL: parse "https://h:x/": invalid port ":x" after host; desired format: https://host[/path]',
  ],
  [
    VALIDATING,
    { webhooks: [webhook({ service: { namespace: 'n', path: 'a//b' } })] },
    '[webhooks[0].clientConfig.service.namespace: Required value: service namespace is required, ' +
      'webhooks[0].clientConfig.service.path: Invalid value: "a//b": must start with a \'/\', ' +
      'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[0] may not be empty, ' +
      'webhooks[0].clientConfig.service.path: Invalid value: "a//b": segment[1] may not be empty]',
  ],
  ['/events', { 'metadata.name': 'A_b', involvedObject: { namespace: 'fuzz' } }, ''],
]

const UPDATES: readonly (readonly [...Case, before?: Record<string, unknown>])[] = [
  [
    '/persistentvolumes',
    { 'spec.volumeMode': 'Block' },
    'volumeMode: Invalid value: "Block": field is immutable',
  ],
  ['/persistentvolumes', { 'spec.nfs.path': '/q' }, OTHER_NFS_PATH],
  [
    '/persistentvolumes',
    { 'spec.persistentVolumeReclaimPolicy': 'Delete', 'spec.capacity.storage': '2Gi' },
    '',
  ],
  ['/persistentvolumeclaims', { 'spec.volumeName': 'v' }, ''],
  ['/persistentvolumeclaims', { 'spec.storageClassName': 'c' }, ''],
  [
    '/persistentvolumeclaims',
    { 'spec.resources.requests.storage': '2Gi', status: { phase: 'Bound' } },
    '',
    { status: { phase: 'Bound' } },
  ],
  [
    '/persistentvolumeclaims',
    { 'spec.resources.requests.storage': '1Gi', status: { phase: 'Bound' } },
    'spec.resources.requests.storage: Forbidden: field can not be less than status.capacity',
    {
      'spec.resources.requests.storage': '3Gi',
      status: { phase: 'Bound', capacity: { storage: '2Gi' } },
    },
  ],
  [
    '/resourcequotas',
    { spec: { scopes: ['BestEffort'] } },
    'spec.scopes: Invalid value: []core.ResourceQuotaScope{"BestEffort"}: field is immutable',
  ],
  [
    'networking.k8s.io/ingressclasses',
    { 'spec.controller': 'b.io/c' },
    'spec.controller: Invalid value: "b.io/c": field is immutable',
  ],
  ['networking.k8s.io/servicecidrs', { 'spec.cidrs': ['10.0.0.0/24', '2001:db8::/96'] }, ''],
  [
    'node.k8s.io/runtimeclasses',
    { handler: 'other' },
    'handler: Invalid value: "other": field is immutable',
  ],
  [
    'storage.k8s.io/csidrivers',
    { 'spec.volumeLifecycleModes': ['Ephemeral'] },
    'spec.volumeLifecycleModes: Invalid value: []storage.VolumeLifecycleMode{"Ephemeral"}: field is immutable',
  ],
  [
    'storage.k8s.io/storageclasses',
    { parameters: { a: 'b' } },
    'parameters: Forbidden: updates to parameters are forbidden.',
  ],
  [
    'storage.k8s.io/csinodes',
    { 'spec.drivers': [{ name: 'd.io', nodeID: 'm' }] },
    'CSINodeDriver: Invalid value: storage.CSINodeDriver{Name:"d.io", NodeID:"m", TopologyKeys:[]string(nil), Allocatable:(*storage.VolumeNodeResources)(nil)}: field is immutable',
  ],
  [
    'events.k8s.io/events',
    { reason: 'Other' },
    'reason: Invalid value: "Other": field is immutable',
  ],
]

describe('rules of Kubernetes', () => {
  for (const [path, changes, expected] of CREATIONS) {
    it(`${path} with ${JSON.stringify(changes)}`, () => {
      const object = objectOf(path, changes)
      assert.equal(
        describeErrors(resourceOf(path).strategy.validateCreate(object)),
        asText(expected),
      )
    })
  }
  for (const [path, changes, expected, before = {}] of UPDATES) {
    it(`${path} changed to ${JSON.stringify(changes)}`, () => {
      const old = objectOf(path, before)
      const object = objectOf(path, { ...before, ...changes })
      const errors = resourceOf(path).strategy.validateUpdate(object, old)
      assert.equal(describeErrors(errors), asText(expected))
    })
  }
})

/** No error at all prints as an empty list. */
const asText = (expected: string) => (expected === '' ? describeErrors([]) : expected)
