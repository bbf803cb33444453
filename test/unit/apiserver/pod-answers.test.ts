import assert from 'node:assert/strict'
import { Harness, type Json } from './harness.ts'

const SUBDOMAIN =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end " +
  "with an alphanumeric character (e.g. 'example.com', regex used for validation is " +
  "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
const CORE = '/api/v1/namespaces/t'
const container = { name: 'c', image: 'i' }
const pod = (spec: object) => ({
  metadata: { name: 'a' },
  spec: { containers: [container], automountServiceAccountToken: false, ...spec },
})
const volume = (spec: object) => ({
  metadata: { name: 'a' },
  spec: {
    accessModes: ['ReadWriteOnce'],
    capacity: { storage: '1Gi' },
    nfs: { server: 'h', path: '/p' },
    ...spec,
  },
})
const claim = (spec: object) => ({
  metadata: { name: 'a' },
  spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } }, ...spec },
})
const affinity = (operator: string) => ({
  nodeAffinity: {
    requiredDuringSchedulingIgnoredDuringExecution: {
      nodeSelectorTerms: [{ matchExpressions: [{ key: 'a', operator, values: ['Bad Value!'] }] }],
    },
  },
})

/** What is made is refused in these words. */
const REFUSED: readonly (readonly [string, string, object, string])[] = [
  [
    'a CSI volume without a driver',
    `${CORE}/pods`,
    pod({ volumes: [{ name: 'v', csi: {} }] }),
    'Pod "a" is invalid: [spec.volumes[0].csi.driver: Required value, ' +
      `spec.volumes[0].csi.driver: Invalid value: "": ${SUBDOMAIN}]`,
  ],
  [
    'an empty policy of an init container',
    `${CORE}/pods`,
    pod({ initContainers: [{ name: 'd', image: 'i', restartPolicy: '' }] }),
    'Pod "a" is invalid: spec.initContainers[0].restartPolicy: Unsupported value: "": supported values: "Always"',
  ],
  [
    'an empty lifecycle of an ephemeral container',
    `${CORE}/pods`,
    pod({ ephemeralContainers: [{ name: 'e', image: 'i', lifecycle: {} }] }),
    'Pod "a" is invalid: [spec.ephemeralContainers[0].lifecycle: Forbidden: cannot be set for an Ephemeral Container, ' +
      'spec.ephemeralContainers: Forbidden: cannot be set on create]',
  ],
  [
    'an operator, whatever the values are',
    `${CORE}/pods`,
    pod({ affinity: affinity('a') }),
    'Pod "a" is invalid: spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.' +
      'nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: "a": not a valid selector operator',
  ],
  [
    'an account whose name is a path',
    `${CORE}/pods`,
    pod({ serviceAccountName: 'x/y' }),
    'pods "a" is forbidden: error looking up service account t/x/y: invalid resource name "x/y": [may not contain \'/\']',
  ],
  [
    'a volume without a capacity',
    '/api/v1/persistentvolumes',
    volume({ capacity: undefined }),
    'PersistentVolume "a" is invalid: [spec.capacity: Required value, ' +
      'spec.capacity: Unsupported value: core.ResourceList(nil): supported values: "storage"]',
  ],
]

describe('the API server answers about pods and volumes as Kubernetes does', () => {
  let harness: Harness
  before(async () => {
    harness = await Harness.start()
    await harness.call('POST /api/v1/namespaces', { body: { metadata: { name: 't' } } })
    await harness.call(`POST ${CORE}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  })
  after(() => harness.stop())

  for (const [name, path, body, message] of REFUSED) {
    it(name, async () => {
      assert.equal((await harness.call(`POST ${path}`, { body })).json.message, message)
    })
  }

  /** What a dry run of a creation gives. */
  const made = async (path: string, body: object): Promise<Json> => {
    const { status, json } = await harness.call(`POST ${path}?dryRun=All`, { body })
    assert.equal(status, 201, JSON.stringify(json))
    return json
  }

  it('pulls again what is an image without a tag', async () => {
    const policies = {
      i: 'Always',
      'i:latest': 'Always',
      'h.io:5000/a/b': 'Always',
      'i:1': 'IfNotPresent',
      'Bad Value!': 'IfNotPresent',
      '/x': 'IfNotPresent',
      ['a'.repeat(300)]: 'IfNotPresent',
    }
    for (const [image, policy] of Object.entries(policies)) {
      const json = await made(`${CORE}/pods`, pod({ containers: [{ name: 'c', image }] }))
      assert.equal(json.spec.containers[0].imagePullPolicy, policy, image)
    }
  })

  it('gives a pod a second where it is to have less than none, and a template what it says', async () => {
    const spec = pod({ terminationGracePeriodSeconds: -1 })
    assert.equal((await made(`${CORE}/pods`, spec)).spec.terminationGracePeriodSeconds, 1)
    const { spec: ofPods } = spec
    const body = { metadata: { name: 'a' }, template: { spec: ofPods } }
    const template = await made(`${CORE}/podtemplates`, body)
    assert.equal(template.template.spec.terminationGracePeriodSeconds, -1)
  })

  it('believes the class that a pod is given', async () => {
    const json = await made(`${CORE}/pods`, { ...pod({}), status: { qosClass: 'Guaranteed' } })
    assert.equal(json.status.qosClass, 'Guaranteed')
  })

  it('notes who set a reference without a name, and warns of a source that is none', async () => {
    const json = await made(`${CORE}/pods`, pod({ imagePullSecrets: [{}] }))
    assert.deepEqual(json.metadata.managedFields[0].fieldsV1['f:spec']['f:imagePullSecrets'], {
      '.': {},
      'k:{"name":""}': {},
    })
    const { headers } = await harness.call(`POST ${CORE}/pods?dryRun=All`, {
      body: pod({ volumes: [{ name: 'v', projected: { sources: [{}] } }] }),
    })
    assert.equal(headers['warning'], '299 - "volume \\"v\\" (Projected) has no sources provided"')
  })

  it('lets pass a second type of volume that upstream does not look at', async () => {
    await made('/api/v1/persistentvolumes', volume({ flexVolume: { driver: 'x' } }))
  })

  it('notes each part of the claim that a volume is of', async () => {
    const json = await made('/api/v1/persistentvolumes', volume({ claimRef: { kind: 'x' } }))
    const { 'f:claimRef': of } = json.metadata.managedFields[0].fieldsV1['f:spec']
    assert.deepEqual(of, { '.': {}, 'f:kind': {} })
  })

  it('knows how a claim may grow', async () => {
    await harness.call(`POST ${CORE}/persistentvolumeclaims`, {
      body: { ...claim({}), metadata: { name: 'b' } },
    })
    const grow = async (status: object) =>
      (
        await harness.call(`PUT ${CORE}/persistentvolumeclaims/b/status`, {
          body: { metadata: { name: 'b' }, status },
        })
      ).json.message
    assert.equal(
      await grow({ allocatedResourceStatuses: { cpu: 'a' } }),
      'PersistentVolumeClaim "b" is invalid: [status.allocatedResourceStatus: Unsupported value: "cpu": supported values: "storage", ' +
        'status.allocatedResourceStatus: Unsupported value: cpu: supported values: "ControllerResizeInProgress", ' +
        '"ControllerResizeInfeasible", "NodeResizeInProgress", "NodeResizeInfeasible", "NodeResizePending"]',
    )
    assert.equal(
      await grow({ allocatedResources: { a: '0' } }),
      'PersistentVolumeClaim "b" is invalid: status.allocatedResources: Unsupported value: "a": supported values: "storage"',
    )
  })

  it('warns of addresses that newer parsers do not take, or write otherwise', async () => {
    const warningOf = async (spec: object) => {
      const body = { metadata: { name: 'a' }, spec: { ports: [{ port: 80 }], ...spec } }
      const { headers } = await harness.call(`POST ${CORE}/services?dryRun=All`, { body })
      return headers['warning']?.replace(/^299 - "|"$/g, '').replaceAll('\\"', '"')
    }
    const later = 'was accepted, but will be invalid in a future Kubernetes release: '
    assert.equal(
      await warningOf({ loadBalancerIP: 'x.io/y' }),
      `spec.loadBalancerIP: IP address ${later}ParseAddr("x.io/y"): unexpected character (at "x.io/y")`,
    )
    assert.equal(
      await warningOf({ loadBalancerIP: 'x' }),
      `spec.loadBalancerIP: IP address ${later}ParseAddr("x"): unable to parse IP`,
    )
    assert.equal(
      await warningOf({ externalIPs: ['2001:DB8::1'] }),
      'spec.externalIPs[0]: IPv6 address "2001:DB8::1" is not in RFC 5952 canonical format ("2001:db8::1"), ' +
        'which may cause controller apply-loops',
    )
  })

  it('ignores odd sources of claims, and tells both fields of others, also in changes', async () => {
    const odd = await made(
      `${CORE}/persistentvolumeclaims`,
      claim({ dataSource: { apiGroup: 'x', kind: 'a', name: 'a' } }),
    )
    assert.equal(odd.spec.dataSource, undefined)
    await harness.call(`POST ${CORE}/persistentvolumeclaims`, { body: claim({}) })
    const dataSourceRef = { apiGroup: 'x', kind: 'a', name: 'a' }
    const { json } = await harness.call(`PUT ${CORE}/persistentvolumeclaims/a`, {
      body: claim({ dataSourceRef }),
    })
    assert.match(json.message, /\+\s+DataSource:\s+&core.TypedLocalObjectReference\{APIGroup: &"x"/)
    const selected = claim({ selector: { matchLabels: { a: 'b' } } })
    const put = await harness.call(`PUT ${CORE}/persistentvolumeclaims/a`, { body: selected })
    assert.match(
      put.json.message,
      /\+\s+Selector:\s+s"&LabelSelector\{MatchLabels:map\[string\]string\{a: b,\},MatchExpressions:\[\]LabelSelectorRequirement\{\},\}",/,
    )
    const less = claim({ resources: { requests: {} } })
    const { message } = (await harness.call(`PUT ${CORE}/persistentvolumeclaims/a`, { body: less }))
      .json
    assert.match(message, /requests.storage: Forbidden: field can not be less than status.capacity/)
  })
})
