import assert from 'node:assert/strict'
import { Harness, type Json } from '../harness.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const SHIPS = '/apis/fleet.example.com'

const version = (name: string, storage: boolean, properties: object): object => ({
  name,
  served: true,
  storage,
  schema: {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
  },
})

const definition = (...versions: object[]): Json => ({
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ships.fleet.example.com' },
  spec: {
    group: 'fleet.example.com',
    scope: 'Cluster',
    names: { plural: 'ships', kind: 'Ship' },
    versions,
  },
})

const masts = { type: 'integer', default: 1 }
const name = { type: 'string' }

describe('versions of a custom resource', () => {
  let harness: Harness
  beforeEach(async () => {
    harness = await Harness.start()
    const old = { ...version('v1alpha1', false, { masts }), deprecated: true }
    const body = definition(version('v1', true, { masts, name }), old)
    const made = await harness.call(`POST ${CRDS}`, { body })
    assert.equal(made.status, 201, JSON.stringify(made.json))
    await served('v1')
  })
  afterEach(() => harness.stop())

  /** The server hears of definitions through its watch of the store. */
  async function served(wanted: string): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if ((await harness.call(`GET ${SHIPS}/${wanted}/ships`)).status === 200) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.fail(`${wanted} is not served`)
  }

  it('show the same objects, each by its own schema', async () => {
    const body = { apiVersion: 'fleet.example.com/v1', kind: 'Ship', metadata: { name: 'argo' } }
    const made = await harness.call(`POST ${SHIPS}/v1/ships`, {
      body: { ...body, spec: { name: 'Argo' } },
    })
    assert.deepEqual(made.json.spec, { masts: 1, name: 'Argo' })
    const old = await harness.call(`GET ${SHIPS}/v1alpha1/ships/argo`)
    assert.equal(old.json.apiVersion, 'fleet.example.com/v1alpha1')
    assert.deepEqual(old.json.spec, { masts: 1 })
    assert.match(old.headers['warning'] ?? '', /fleet.example.com\/v1alpha1 Ship is deprecated/)
    assert.equal(old.json.metadata.uid, made.json.metadata.uid)
    const list = await harness.call(`GET ${SHIPS}/v1alpha1/ships`)
    assert.equal(list.json.items[0].apiVersion, 'fleet.example.com/v1alpha1')
  })

  it('are listed by discovery, the best first', async () => {
    const group = await harness.call(`GET ${SHIPS}`)
    const names = group.json.versions.map((each: Json) => each.version)
    assert.deepEqual(names, ['v1', 'v1alpha1'])
    assert.equal(group.json.preferredVersion.version, 'v1')
  })

  it('may change their storage: what was stored before is read and written on', async () => {
    const body = { apiVersion: 'fleet.example.com/v1', kind: 'Ship', metadata: { name: 'argo' } }
    await harness.call(`POST ${SHIPS}/v1/ships`, { body: { ...body, spec: { masts: 3 } } })
    const now = (await harness.call(`GET ${CRDS}/ships.fleet.example.com`)).json
    now.spec.versions[0].storage = false
    now.spec.versions.push(version('v2', true, { masts, name }))
    const put = await harness.call(`PUT ${CRDS}/ships.fleet.example.com`, { body: now })
    assert.equal(put.status, 200, JSON.stringify(put.json))
    assert.deepEqual(put.json.status.storedVersions, ['v1', 'v2'])
    await served('v2')
    const ship = (await harness.call(`GET ${SHIPS}/v2/ships/argo`)).json
    assert.equal(ship.apiVersion, 'fleet.example.com/v2')
    assert.equal(ship.spec.masts, 3)
    ship.spec.masts = 4
    const changed = await harness.call(`PUT ${SHIPS}/v2/ships/argo`, { body: ship })
    assert.equal(changed.status, 200, JSON.stringify(changed.json))
    const { kv } = await harness.kv.get('/registry/fleet.example.com/ships/argo')
    const stored = JSON.parse(Buffer.from(kv?.value ?? []).toString())
    assert.equal(stored.apiVersion, 'fleet.example.com/v2')
    const before = (await harness.call(`GET ${SHIPS}/v1/ships/argo`)).json
    assert.equal(before.spec.masts, 4)
  })

  it('take on the defaults that come later, also where they are stored without', async () => {
    const body = { apiVersion: 'fleet.example.com/v1', kind: 'Ship', metadata: { name: 'argo' } }
    await harness.call(`POST ${SHIPS}/v1/ships`, { body: { ...body, spec: { name: 'Argo' } } })
    const now = (await harness.call(`GET ${CRDS}/ships.fleet.example.com`)).json
    now.spec.versions[0] = version('v1', true, { name, oars: { type: 'integer', default: 50 } })
    await harness.call(`PUT ${CRDS}/ships.fleet.example.com`, { body: now })
    let spec: Json
    for (let i = 0; i < 200 && spec?.oars === undefined; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      spec = (await harness.call(`GET ${SHIPS}/v1/ships/argo`)).json.spec
    }
    // And what the definition no longer names is not shown.
    assert.deepEqual(spec, { name: 'Argo', oars: 50 })
    const path = `PATCH ${SHIPS}/v1/ships/argo`
    const headers = { 'content-type': 'application/merge-patch+json' }
    const patched = await harness.call(path, { headers, body: { spec: { name: 'Argo II' } } })
    assert.deepEqual(patched.json.spec, { name: 'Argo II', oars: 50 })
  })

  it('are kept apart from resources of the same name in other groups', async () => {
    const pods = definition(version('v1', true, { masts }))
    pods.metadata.name = 'pods.fleet.example.com'
    pods.spec.names = { plural: 'pods', kind: 'Pod' }
    await harness.call(`POST ${CRDS}`, { body: pods })
    let made: Json
    for (let i = 0; i < 200 && made?.status !== 201; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      const body = { apiVersion: 'fleet.example.com/v1', kind: 'Pod', metadata: { name: 'p' } }
      made = await harness.call(`POST ${SHIPS}/v1/pods`, { body })
    }
    assert.equal(made.status, 201)
    assert.deepEqual((await harness.call('GET /api/v1/pods')).json.items, [])
    const own = (await harness.call(`GET ${SHIPS}/v1/pods`)).json.items
    assert.equal(own.length, 1)
  })

  it('are told in OpenAPI as what kubectl can patch and check', async () => {
    const any = version('v2', false, {})
    const open = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: {} }
    Object.assign(any, { schema: { openAPIV3Schema: open } })
    const now = (await harness.call(`GET ${CRDS}/ships.fleet.example.com`)).json
    now.spec.versions.push(any)
    await harness.call(`PUT ${CRDS}/ships.fleet.example.com`, { body: now })
    await served('v2')
    const { definitions, paths } = (await harness.call('GET /openapi/v2')).json
    const { ['x-kubernetes-group-version-kind']: _, ...told } =
      definitions['com.example.fleet.v2.Ship']
    assert.deepEqual(told, { type: 'object' })
    assert.deepEqual(definitions['com.example.fleet.v1.Ship'].properties.spec.type, 'object')
    const strategic = 'application/strategic-merge-patch+json'
    const merge = 'application/merge-patch+json'
    const v2 = paths[`${SHIPS}/v1/ships/{name}`].patch.consumes
    assert.ok(v2.includes(merge) && !v2.includes(strategic), v2)
    const v3 = (await harness.call('GET /openapi/v3/apis/fleet.example.com/v1')).json
    const { content } = v3.paths[`${SHIPS}/v1/ships/{name}`].patch.requestBody
    assert.ok(merge in content && !(strategic in content))
    assert.ok(paths['/api/v1/namespaces/{name}'].patch.consumes.includes(strategic))
  })

  it('may have fields of any name', async () => {
    const any = definition({
      name: 'v1',
      served: true,
      storage: true,
      schema: {
        openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
      },
    })
    any.metadata.name = 'boats.fleet.example.com'
    any.spec.names = { plural: 'boats', kind: 'Boat' }
    await harness.call(`POST ${CRDS}`, { body: any })
    const fields = '"1":1,"__proto__":{"x":1},"Upper":2,"data":{"2":2,"__proto__":3},"zz":null'
    const head = '{"apiVersion":"fleet.example.com/v1","kind":"Boat","metadata":{"name":"b"},'
    let made: Json
    for (let i = 0; i < 200 && made?.status !== 201; i++) {
      await new Promise((resolve) => setTimeout(resolve, 5))
      made = await harness.call(`POST ${SHIPS}/v1/boats`, { body: `${head}${fields}}` })
    }
    const read = await harness.call(`GET ${SHIPS}/v1/boats/b`)
    const { apiVersion: _1, kind: _2, metadata, ...rest } = read.json
    assert.equal(metadata.name, 'b')
    assert.deepEqual(rest, JSON.parse(`{${fields}}`))
    assert.equal((await harness.call(`GET ${SHIPS}/v1/boats`)).json.items.length, 1)
  })
})
