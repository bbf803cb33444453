import assert from 'node:assert/strict'
import { Harness, type Json } from '../harness.ts'

const GROUP = '/apis/admissionregistration.k8s.io/v1'
const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps'
const RULES = [
  {
    operations: ['CREATE', 'UPDATE'],
    apiGroups: [''],
    apiVersions: ['v1'],
    resources: ['configmaps'],
  },
]

describe('admission policies', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await Harness.start()
  })
  afterEach(() => harness.stop())

  async function make(plural: string, name: string, spec: object): Promise<void> {
    const made = await harness.call(`POST ${GROUP}/${plural}`, {
      body: { metadata: { name }, spec },
    })
    assert.equal(made.status, 201, JSON.stringify(made.json))
  }
  const create = (name: string, more: object = {}) =>
    harness.call(`POST ${CONFIG_MAPS}`, { body: { metadata: { name }, ...more } })

  /** The server hears of policies and parameters through its watch of the store. */
  async function eventually(test: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (await test()) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.fail('it did not come to be')
  }

  async function mutating(mutation: object, more: object = {}): Promise<void> {
    await make('mutatingadmissionpolicies', 'm', {
      matchConstraints: { resourceRules: RULES },
      mutations: [mutation],
      reinvocationPolicy: 'Never',
      ...more,
    })
    await make('mutatingadmissionpolicybindings', 'm', { policyName: 'm' })
  }

  it('change what is created, by a configuration that is applied', async () => {
    const expression =
      'Object{metadata: Object.metadata{labels: {"who": request.userInfo.username}}, ' +
      'data: has(object.data) ? {"n": string(size(object.data))} : {"n": "0"}}'
    await mutating({ patchType: 'ApplyConfiguration', applyConfiguration: { expression } })
    let made: Json
    await eventually(async () => {
      await harness.call(`DELETE ${CONFIG_MAPS}/a`)
      made = (await create('a', { data: { x: '1' } })).json
      return made.metadata.labels !== undefined
    })
    assert.deepEqual(made.metadata.labels, { who: 'admin' })
    assert.deepEqual(made.data, { x: '1', n: '1' })
  })

  it('change what is created, by a patch', async () => {
    const expression =
      '[JSONPatch{op: "add", path: "/data/" + jsonpatch.escapeKey("a.b"), value: variables.v}]'
    await mutating(
      { patchType: 'JSONPatch', jsonPatch: { expression } },
      { variables: [{ name: 'v', expression: 'object.metadata.name + "!"' }] },
    )
    let made: Json
    await eventually(async () => {
      await harness.call(`DELETE ${CONFIG_MAPS}/a`)
      made = (await create('a', { data: { x: '1' } })).json
      return made.data['a.b'] !== undefined
    })
    assert.deepEqual(made.data, { x: '1', 'a.b': 'a!' })
  })

  it('judge by parameters, each object of them by itself', async () => {
    const limits = (name: string, max: string) =>
      create(name, { metadata: { name, labels: { limits: 'yes' } }, data: { max } })
    await limits('low', '1')
    await limits('high', '3')
    await make('validatingadmissionpolicies', 'p', {
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
      matchConstraints: {
        resourceRules: RULES,
        objectSelector: { matchLabels: { judged: 'yes' } },
      },
      validations: [
        {
          expression: 'size(object.data) <= int(params.data.max)',
          messageExpression: '"at most " + params.data.max',
        },
      ],
    })
    const selector = { matchLabels: { limits: 'yes' } }
    await make('validatingadmissionpolicybindings', 'p', {
      policyName: 'p',
      paramRef: { selector, parameterNotFoundAction: 'Deny' },
      validationActions: ['Deny'],
    })
    const judged = { metadata: { name: 'x', labels: { judged: 'yes' } } }
    let refused: Json
    await eventually(async () => {
      await harness.call(`DELETE ${CONFIG_MAPS}/x`)
      refused = await create('x', { ...judged, data: { a: '', b: '' } })
      return refused.status === 422
    })
    assert.match(refused.json.message, /with binding 'p' denied request: at most 1$/)
    assert.equal((await create('x', { ...judged, data: { a: '' } })).status, 201)
  })

  it('ask the authorizer, and note what they are told to', async () => {
    await make('validatingadmissionpolicies', 'p', {
      matchConstraints: { resourceRules: RULES },
      validations: [
        {
          expression:
            'authorizer.group("apps").resource("deployments").namespace("x").check("delete").allowed()' +
            ' && authorizer.requestResource.check("create").allowed()',
          message: 'not you',
          reason: 'Forbidden',
        },
      ],
    })
    await make('validatingadmissionpolicybindings', 'p', {
      policyName: 'p',
      validationActions: ['Deny'],
    })
    const rules = [{ verbs: ['*'], apiGroups: [''], resources: ['configmaps'] }]
    const rbac = '/apis/rbac.authorization.k8s.io/v1'
    await harness.call(`POST ${rbac}/clusterroles`, { body: { metadata: { name: 'r' }, rules } })
    await harness.call(`POST ${rbac}/clusterrolebindings`, {
      body: {
        metadata: { name: 'r' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'r' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' }],
      },
    })
    const as = { commonName: 'eve', organizations: [] }
    let refused: Json
    await eventually(async () => {
      await harness.call(`DELETE ${CONFIG_MAPS}/a`)
      refused = await harness.call(`POST ${CONFIG_MAPS}`, { as, body: { metadata: { name: 'a' } } })
      return refused.status === 403 && /not you/.test(refused.json.message)
    })
    assert.equal(refused.json.reason, 'Forbidden')
    assert.equal((await create('b')).status, 201, 'the admin may do both')
  })
})
