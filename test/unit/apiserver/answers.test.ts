import assert from 'node:assert/strict'
import { Harness, type Json } from './harness.ts'

const ALNUM =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')"
const PERCENT =
  "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"
const IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

const CORE = '/api/v1/namespaces/t'
const APPS = '/apis/apps/v1/namespaces/t'
const BATCH = '/apis/batch/v1/namespaces/t'
const meta = (more: object = {}) => ({ metadata: { name: 'a', ...more } })
const pod = (spec: object = {}) => ({ spec: { containers: [{ name: 'c', image: 'i' }], ...spec } })
const template = { metadata: { labels: { a: 'b' } }, ...pod() }
const owned = (spec: object = {}) => ({
  ...meta(),
  spec: { selector: { matchLabels: { a: 'b' } }, template, ...spec },
})
const job = (spec: object = {}) => ({
  ...meta(),
  spec: { template: pod({ restartPolicy: 'Never' }), ...spec },
})
const unknownOperator = { matchExpressions: [{ key: 'a', operator: 'a' }] }
const onPod = { action: 'FailJob', onPodConditions: [{ type: 'a' }] }

type Case = readonly [name: string, call: string, body: object, message: string]

/** What is made is refused in these words. */
const REFUSED: readonly Case[] = [
  [
    'a time that is a number',
    `POST ${CORE}/configmaps`,
    meta({ creationTimestamp: 7 }),
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field ObjectMeta.metadata.creationTimestamp of type string',
  ],
  [
    'a time that is empty',
    `POST ${CORE}/configmaps`,
    meta({ creationTimestamp: '' }),
    'ConfigMap in version "v1" cannot be handled as a ConfigMap: parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"',
  ],
  [
    'a finalizer without prefix',
    `POST ${CORE}/configmaps`,
    meta({ finalizers: ['/x'] }),
    'ConfigMap "a" is invalid: metadata.finalizers: Invalid value: "/x": prefix part must be non-empty',
  ],
  [
    'a finalizer that is no name',
    `POST ${CORE}/configmaps`,
    meta({ finalizers: ['Bad Value!'] }),
    `ConfigMap "a" is invalid: [metadata.finalizers: Invalid value: "Bad Value!": ${ALNUM}, ` +
      'metadata.finalizers[0]: Invalid value: "Bad Value!": name is neither a standard finalizer name nor is it fully qualified]',
  ],
  [
    'endpoints without addresses, and without a port',
    `POST ${CORE}/endpoints`,
    { ...meta(), subsets: [{ ports: [{}] }] },
    'Endpoints "a" is invalid: [subsets[0]: Required value: must specify `addresses` or `notReadyAddresses`, ' +
      'subsets[0].ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive]',
  ],
  [
    'ranges of a node that are none',
    'POST /api/v1/nodes',
    { ...meta(), spec: { podCIDRs: ['a', 'b'] } },
    'Node "a" is invalid: [spec.podCIDRs[0]: Invalid value: "a": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64), ' +
      'spec.podCIDRs[1]: Invalid value: "b": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64), ' +
      'spec.podCIDRs: Internal error: invalid PodCIDRs. failed to check with dual stack with error:invalid CIDR[0]: <nil> (invalid CIDR address: a), ' +
      'spec.podCIDRs: Invalid value: []string{"a", "b"}: may specify no more than one CIDR for each IP family]',
  ],
  [
    'a revision that is no object',
    `POST ${APPS}/controllerrevisions`,
    { ...meta(), revision: 1, data: 'x' },
    'ControllerRevision.apps "a" is invalid: data: Required value: data must be a valid JSON object',
  ],
  [
    'a DaemonSet whose selector selects nothing',
    `POST ${APPS}/daemonsets`,
    owned({ selector: unknownOperator }),
    'DaemonSet.apps "a" is invalid: spec.selector.matchExpressions[0].operator: Invalid value: "a": not a valid selector operator',
  ],
  [
    'a share that is none beside one that is none either',
    `POST ${APPS}/daemonsets`,
    owned({ updateStrategy: { rollingUpdate: { maxUnavailable: 'x' } } }),
    'DaemonSet.apps "a" is invalid: [spec.updateStrategy.rollingUpdate.maxUnavailable: ' +
      `Invalid value: intstr.IntOrString{Type:1, IntVal:0, StrVal:"x"}: ${PERCENT}, ` +
      'spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 when maxSurge is 0]',
  ],
  [
    'a Deployment whose selector selects nothing',
    `POST ${APPS}/deployments`,
    owned({ selector: unknownOperator }),
    'Deployment.apps "a" is invalid: [spec.selector.matchExpressions[0].operator: Invalid value: "a": not a valid selector operator, ' +
      'spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string(nil), MatchExpressions:[]v1.LabelSelectorRequirement' +
      '{v1.LabelSelectorRequirement{Key:"a", Operator:"a", Values:[]string(nil)}}}: invalid label selector]',
  ],
  [
    'a strategy that nobody knows',
    `POST ${APPS}/deployments`,
    owned({ strategy: { type: 'x' } }),
    'Deployment.apps "a" is invalid: spec.strategy: Unsupported value: apps.DeploymentStrategy{Type:"x", ' +
      'RollingUpdate:(*apps.RollingUpdateDeployment)(nil)}: supported values: "Recreate", "RollingUpdate"',
  ],
  [
    'a job whose selector selects nothing',
    `POST ${BATCH}/jobs`,
    job({ selector: unknownOperator }),
    'Job.batch "a" is invalid: spec.selector.matchExpressions[0].operator: Invalid value: "a": not a valid selector operator',
  ],
  [
    'a condition without a status, for which cron jobs have no default',
    `POST ${BATCH}/cronjobs`,
    {
      ...meta(),
      spec: {
        schedule: '* * * * *',
        jobTemplate: { spec: { ...job().spec, podFailurePolicy: { rules: [onPod] } } },
      },
    },
    'CronJob.batch "a" is invalid: spec.jobTemplate.spec.podFailurePolicy.rules[0].onPodConditions[0].status: ' +
      'Required value: valid values: ["False" "True" "Unknown"]',
  ],
]

/** What was made with `body` is not changed so. */
const UNCHANGED: readonly (readonly [string, string, object, object, string])[] = [
  [
    'an object without its name',
    `${CORE}/configmaps`,
    meta(),
    {},
    'the name of the object (a based on URL) was undeterminable: name must be provided',
  ],
  [
    'an address of a Service that is none',
    `${CORE}/services`,
    { ...meta(), spec: { ports: [{ port: 80 }] } },
    { ...meta(), spec: { ports: [{ port: 80 }], clusterIP: 'x' } },
    `Service "a" is invalid: spec.clusterIPs[0]: Invalid value: "x": ${IP}`,
  ],
  [
    'another address of a Service',
    `${CORE}/services`,
    { ...meta(), spec: { ports: [{ port: 80 }] } },
    { ...meta(), spec: { ports: [{ port: 80 }], clusterIP: '10.0.0.1' } },
    'Service "a" is invalid: spec.clusterIPs[0]: Invalid value: []string{"10.0.0.1"}: may not change once set',
  ],
  [
    'a selector that goes',
    `${APPS}/daemonsets`,
    owned(),
    owned({ selector: undefined }),
    'DaemonSet.apps "a" is invalid: [spec.template.metadata.labels: Invalid value: map[string]string{"a":"b"}: ' +
      '`selector` does not match template `labels`, spec.selector: Invalid value: "null": field is immutable]',
  ],
]

describe('the API server answers as Kubernetes does', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await Harness.start()
    await harness.call('POST /api/v1/namespaces', { body: { metadata: { name: 't' } } })
    await harness.call(`POST ${CORE}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  })
  afterEach(() => harness.stop())

  const make = async (path: string, body: object): Promise<Json> => {
    const { status, json } = await harness.call(`POST ${path}`, { body })
    assert.equal(status, 201, JSON.stringify(json))
    return json
  }

  for (const [name, call, body, message] of REFUSED) {
    it(name, async () => {
      assert.equal((await harness.call(call, { body })).json.message, message)
    })
  }

  for (const [name, path, before, body, message] of UNCHANGED) {
    it(name, async () => {
      await make(path, before)
      assert.equal((await harness.call(`PUT ${path}/a`, { body })).json.message, message)
    })
  }

  it('counts a fault of metadata each time that it is found', async () => {
    const bad = meta({ labels: { 'Bad Key!': 'a' } })
    const counts = { configmaps: 4, secrets: 4, limitranges: 3, resourcequotas: 3 }
    for (const [plural, count] of Object.entries(counts)) {
      await make(`${CORE}/${plural}`, meta())
      const { json } = await harness.call(`PUT ${CORE}/${plural}/a`, { body: bad })
      assert.equal(json.details.causes.length, count, plural)
    }
  })

  it('takes a version in a dry run, a LimitRange without a name, an account without a version', async () => {
    const body = meta({ resourceVersion: 'x' })
    const dry = await make(`${CORE}/configmaps?dryRun=All`, body)
    assert.equal(dry.metadata.resourceVersion, 'x')
    assert.match((await make(`${CORE}/limitranges`, {})).metadata.name, /^[0-9a-f-]{36}$/)
    const account = await harness.call(`PUT ${CORE}/serviceaccounts/default`, {
      body: { metadata: { name: 'default' } },
    })
    assert.equal(account.status, 200)
  })

  it('notes nobody for what it takes away, or cannot tell apart', async () => {
    const map = await make(`${CORE}/configmaps`, meta({ deletionGracePeriodSeconds: 1 }))
    assert.equal(map.metadata.managedFields, undefined)
    const account = await make(`${CORE}/serviceaccounts`, { ...meta(), secrets: [{}] })
    assert.equal(account.metadata.managedFields, undefined)
  })

  it('drops what nodes had once', async () => {
    const node = await make('/api/v1/nodes', {
      ...meta(),
      spec: { configSource: { configMap: { name: 'x' } } },
      status: { config: { error: 'x' } },
    })
    assert.equal(node.spec.configSource, undefined)
    assert.equal(node.status.config, undefined)
  })

  it('lets a StatefulSet without a Service be changed', async () => {
    await make(`${APPS}/statefulsets`, owned())
    const { status } = await harness.call(`PUT ${APPS}/statefulsets/a`, {
      body: owned({ replicas: 2 }),
    })
    assert.equal(status, 200)
  })

  it('keeps in an update of the status what follows from the spec', async () => {
    await make(`${BATCH}/jobs`, job())
    await make(`${APPS}/daemonsets`, owned())
    const labels = (await harness.call(`PUT ${BATCH}/jobs/a/status`, { body: job() })).json.metadata
    assert.equal(labels.labels['job-name'], 'a')
    const set = (await harness.call(`PUT ${APPS}/daemonsets/a/status`, { body: owned() })).json
    assert.deepEqual(set.metadata.annotations, { 'deprecated.daemonset.template.generation': '1' })
  })

  it('refuses parts that are more than the whole, and counts that fall', async () => {
    await make(`${APPS}/replicasets`, owned())
    const more = { ...owned(), status: { replicas: 1, fullyLabeledReplicas: 2 } }
    const set = (await harness.call(`PUT ${APPS}/replicasets/a/status`, { body: more })).json
    assert.equal(
      set.message,
      'ReplicaSet.apps "a" is invalid: status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas',
    )
    await make(`${APPS}/deployments`, owned())
    const put = (status: object) =>
      harness.call(`PUT ${APPS}/deployments/a/status`, { body: { ...owned(), status } })
    assert.equal((await put({ collisionCount: 1 })).status, 200)
    assert.equal(
      (await put({})).json.message,
      'Deployment.apps "a" is invalid: status.collisionCount: Invalid value: 0: cannot be decremented',
    )
  })
})
