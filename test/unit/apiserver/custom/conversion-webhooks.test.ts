import assert from 'node:assert/strict'
import {
  ConnectionError,
  type HttpsCall,
  type HttpsTarget,
  readBody,
} from '../../../../src/base/index.ts'
import { Harness, type Json, MERGE } from '../harness.ts'

const CRDS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
const SHIP_V2 = 'fleet.example.com/v2'
const SHIPS = '/apis/fleet.example.com'
const OPEN = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }

const version = (name: string, storage: boolean): object => ({
  name,
  served: true,
  storage,
  subresources: { status: {} },
  schema: { openAPIV3Schema: { type: 'object', properties: { spec: OPEN, status: OPEN } } },
})

/** v1 says `masts`, v2 `rig.masts`. */
function convert(object: Json, desired: string): Json {
  const { masts, rig, ...rest } = object.spec ?? {}
  const count = masts ?? rig?.masts
  const spec = desired.endsWith('/v1')
    ? { ...rest, masts: count }
    : { ...rest, rig: { masts: count } }
  return { ...object, apiVersion: desired, spec }
}

/** A conversion webhook behind the port through which the server goes out. */
class Webhook {
  readonly reviews: Json[] = []
  readonly targets: HttpsTarget[] = []
  down = false
  admit = (_request: Json): Json => ({ allowed: true })
  respond = (request: Json): Json => ({
    result: { status: 'Success' },
    convertedObjects: request.objects.map((o: Json) => convert(o, request.desiredAPIVersion)),
  })

  readonly call: HttpsCall = async (target, request) => {
    if (this.down) throw new ConnectionError('connection refused', { sent: false })
    const bytes = await readBody(request.body, 1 << 20, () => new Error('too large'))
    const review: Json = JSON.parse(Buffer.from(bytes).toString())
    this.targets.push(target)
    this.reviews.push({ ...review, url: request.url })
    const { apiVersion, kind } = review
    if (kind === 'AdmissionReview') {
      const response = { uid: review.request.uid, ...this.admit(review.request) }
      return {
        status: 200,
        headers: {},
        body: Buffer.from(JSON.stringify({ apiVersion, kind, response })),
      }
    }
    const response = { uid: review.request.uid, ...this.respond(review.request) }
    return {
      status: 200,
      headers: {},
      body: Buffer.from(JSON.stringify({ apiVersion, kind, response })),
    }
  }
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'ships.fleet.example.com' },
  spec: {
    group: 'fleet.example.com',
    scope: 'Cluster',
    names: { plural: 'ships', kind: 'Ship' },
    versions: [version('v1', true), version('v2', false)],
    conversion: {
      strategy: 'Webhook',
      webhook: {
        clientConfig: { url: 'https://hooks.example.com/convert' },
        conversionReviewVersions: ['v1'],
      },
    },
  },
}

const POST = 'Post "https://hooks.example.com/convert?timeout=30s"'

describe('conversion webhooks', () => {
  const success = { result: { status: 'Success' } }
  let harness: Harness
  let webhook: Webhook
  beforeEach(async () => {
    webhook = new Webhook()
    harness = await Harness.start({ outbound: webhook.call })
    const made = await harness.call(`POST ${CRDS}`, { body: definition })
    assert.equal(made.status, 201, JSON.stringify(made.json))
    await until(async () => (await harness.call(`GET ${SHIPS}/v2/ships`)).status === 200)
  })
  afterEach(() => harness.stop())

  /** The server hears of definitions through its watch of the store. */
  async function until(holds: () => Promise<boolean>): Promise<void> {
    for (let i = 0; i < 400; i++) {
      if (await holds()) return
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    assert.fail('it never came to be')
  }

  async function make(at: 'v1' | 'v2', name: string, spec: object): Promise<Json> {
    const body = { apiVersion: `fleet.example.com/${at}`, kind: 'Ship', metadata: { name }, spec }
    const made = await harness.call(`POST ${SHIPS}/${at}/ships`, { body })
    assert.equal(made.status, 201, JSON.stringify(made.json))
    return made.json
  }

  async function stored(name: string): Promise<Json> {
    const { kv } = await harness.kv.get(`/registry/fleet.example.com/ships/${name}`)
    return JSON.parse(Buffer.from(kv?.value ?? []).toString())
  }

  it('make what is read in another version, lists in one review', async () => {
    webhook.down = true
    const made = await make('v1', 'argo', { masts: 1 })
    await make('v1', 'victory', { masts: 3 })
    webhook.down = false
    const read = (await harness.call(`GET ${SHIPS}/v2/ships/argo`)).json
    assert.equal(read.apiVersion, 'fleet.example.com/v2')
    assert.deepEqual(read.spec, { rig: { masts: 1 } })
    assert.deepEqual(read.metadata, made.metadata)
    const list = (await harness.call(`GET ${SHIPS}/v2/ships`)).json
    assert.deepEqual(
      list.items.map((i: Json) => i.spec.rig.masts),
      [1, 3],
    )
    const asked = webhook.reviews.at(-1)
    assert.equal(asked.url, '/convert?timeout=30s')
    assert.equal(asked.apiVersion, 'apiextensions.k8s.io/v1')
    assert.equal(asked.request.desiredAPIVersion, 'fleet.example.com/v2')
    assert.deepEqual(webhook.targets.at(-1), { host: 'hooks.example.com', port: 443 })
    // Once the cache has them nobody is asked again.
    await until(async () => {
      const { length } = webhook.reviews
      await harness.call(`GET ${SHIPS}/v2/ships`)
      await harness.call(`GET ${SHIPS}/v2/ships/argo`)
      return webhook.reviews.length === length
    })
  })

  it('make what is stored of what is written in another version', async () => {
    await make('v2', 'argo', { rig: { masts: 1 } })
    const first = await stored('argo')
    assert.equal(first.apiVersion, 'fleet.example.com/v1')
    assert.deepEqual(first.spec, { masts: 1 })
    const at = `${SHIPS}/v2/ships/argo`
    const patched = await harness.call(`PATCH ${at}`, {
      headers: MERGE,
      body: { spec: { rig: { masts: 2 } } },
    })
    assert.equal(patched.status, 200, JSON.stringify(patched.json))
    assert.deepEqual((await stored('argo')).spec, { masts: 2 })
    const status = await harness.call(`PATCH ${at}/status`, {
      headers: MERGE,
      body: { status: { afloat: true } },
    })
    assert.equal(status.status, 200, JSON.stringify(status.json))
    assert.deepEqual((await stored('argo')).status, { afloat: true })
    const applied = await harness.call(`PATCH ${at}?fieldManager=me&force=true`, {
      headers: { 'content-type': 'application/apply-patch+yaml' },
      body: {
        apiVersion: 'fleet.example.com/v2',
        kind: 'Ship',
        metadata: { name: 'argo' },
        spec: { rig: { masts: 5 } },
      },
    })
    assert.equal(applied.status, 200, JSON.stringify(applied.json))
    assert.deepEqual((await stored('argo')).spec, { masts: 5 })
    const v1 = await harness.call(`GET ${SHIPS}/v1/ships/argo`)
    assert.deepEqual(v1.json.spec, { masts: 5 })
    const deleted = await harness.call(`DELETE ${at}`)
    assert.equal(deleted.status, 200, JSON.stringify(deleted.json))
    assert.equal((await harness.call(`GET ${SHIPS}/v1/ships/argo`)).status, 404)
  })

  it('make what a watch tells', async () => {
    const stop = new AbortController()
    const seen: Json[] = []
    const events = harness.watch(`${SHIPS}/v2/ships?watch=true`, { signal: stop.signal })
    await make('v1', 'argo', { masts: 7 })
    for await (const event of events) {
      seen.push(event)
      if (seen.length === 1) await harness.call(`DELETE ${SHIPS}/v1/ships/argo`)
      if (seen.length === 2) break
    }
    stop.abort()
    assert.deepEqual(
      seen.map((e) => [e.type, e.object.apiVersion, e.object.spec]),
      [
        ['ADDED', 'fleet.example.com/v2', { rig: { masts: 7 } }],
        ['DELETED', 'fleet.example.com/v2', { rig: { masts: 7 } }],
      ],
    )
  })

  it('that fail make the request fail, and nothing is stored', async () => {
    webhook.down = true
    await make('v1', 'argo', { masts: 1 })
    const read = await harness.call(`GET ${SHIPS}/v2/ships/argo`)
    assert.equal(read.status, 500)
    assert.equal(
      read.json.message,
      `conversion webhook for fleet.example.com/v1, Kind=Ship failed: ${POST}: connection refused`,
    )
    const list = await harness.call(`GET ${SHIPS}/v2/ships`)
    assert.equal(list.status, 500)
    assert.equal(list.json.message, read.json.message)
    const body = { apiVersion: 'fleet.example.com/v2', kind: 'Ship', metadata: { name: 'b' } }
    const made = await harness.call(`POST ${SHIPS}/v2/ships`, { body })
    assert.equal(made.status, 500)
    assert.match(made.json.message, /^conversion webhook for fleet.example.com\/v2, Kind=Ship fail/)
    assert.equal((await harness.call(`GET ${SHIPS}/v1/ships/b`)).status, 404)
    assert.equal((await harness.call(`GET ${SHIPS}/v1/ships/argo`)).status, 200)
  })

  it('make what admission wants to see in another version', async () => {
    const client = { url: 'https://hooks.example.com/admit' }
    const rule = { operations: ['CREATE'], apiGroups: ['*'], resources: ['ships'] }
    const hooks = {
      metadata: { name: 'hooks' },
      webhooks: [
        {
          name: 'check.example.com',
          clientConfig: client,
          rules: [{ ...rule, apiVersions: ['v2'] }],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    }
    const at = '/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations'
    assert.equal((await harness.call(`POST ${at}`, { body: hooks })).status, 201)
    const body = { apiVersion: 'fleet.example.com/v1', kind: 'Ship', metadata: { name: 'a' } }
    const seen: Json[] = []
    webhook.admit = (request) => {
      seen.push(request)
      return { allowed: request.object.spec.rig?.masts < 9, status: { message: 'too many masts' } }
    }
    const post = (masts: number) =>
      harness.call(`POST ${SHIPS}/v1/ships`, { body: { ...body, spec: { masts } } })
    await until(async () => (await post(9)).status === 400)
    const refused = await post(10)
    assert.match(refused.json.message, /denied the request: too many masts/)
    const { kind, requestKind, object } = seen.at(-1)
    assert.deepEqual([kind.version, requestKind.version], ['v2', 'v1'])
    assert.deepEqual([object.apiVersion, object.spec], [SHIP_V2, { rig: { masts: 10 } }])
    const made = await post(3)
    assert.equal(made.status, 201, JSON.stringify(made.json))
    assert.deepEqual((await stored('a')).spec, { masts: 3 })
    webhook.respond = () => ({ result: { status: 'Failure', message: 'no' } })
    const { status, json } = await post(4)
    assert.equal(status, 500)
    const why = 'conversion webhook for fleet.example.com/v1, Kind=Ship failed: no'
    assert.equal(json.message, `Internal error occurred: ${why}`)
  })

  it('take the patches of webhooks that see another version', async () => {
    const hooks = {
      metadata: { name: 'hooks' },
      webhooks: [
        {
          name: 'change.example.com',
          clientConfig: { url: 'https://hooks.example.com/admit' },
          rules: [
            {
              operations: ['CREATE'],
              apiGroups: ['*'],
              resources: ['ships'],
              apiVersions: ['v2'],
            },
          ],
          sideEffects: 'None',
          admissionReviewVersions: ['v1'],
        },
      ],
    }
    const at = '/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations'
    assert.equal((await harness.call(`POST ${at}`, { body: hooks })).status, 201)
    const patch = [{ op: 'replace', path: '/spec/rig/masts', value: 6 }]
    webhook.admit = () => ({
      allowed: true,
      patchType: 'JSONPatch',
      patch: Buffer.from(JSON.stringify(patch)).toString('base64'),
    })
    const body = { apiVersion: 'fleet.example.com/v1', kind: 'Ship', metadata: { name: 'a' } }
    await until(async () => {
      const sent = { ...body, spec: { masts: 2 } }
      const { json } = await harness.call(`POST ${SHIPS}/v1/ships?dryRun=All`, { body: sent })
      return json.spec?.masts === 6
    })
  })

  it('are asked of what is written, also in a dry run, and make the answer', async () => {
    // As webhooks do that know less of one version than of the other.
    webhook.respond = (request) => ({
      ...success,
      convertedObjects: request.objects.map((o: Json) => {
        const converted = convert(o, request.desiredAPIVersion)
        if (converted.apiVersion === SHIP_V2) converted.spec.rig.kind = 'square'
        return converted
      }),
    })
    const body = {
      apiVersion: SHIP_V2,
      kind: 'Ship',
      metadata: { name: 'argo' },
      spec: { rig: { masts: 1 } },
    }
    const wanted = { rig: { masts: 1, kind: 'square' } }
    const tried = await harness.call(`POST ${SHIPS}/v2/ships?dryRun=All`, { body })
    assert.deepEqual([tried.status, tried.json.spec], [201, wanted])
    assert.equal((await harness.call(`GET ${SHIPS}/v1/ships/argo`)).status, 404)
    const { length } = webhook.reviews
    const made = await harness.call(`POST ${SHIPS}/v2/ships`, { body })
    assert.deepEqual([made.status, made.json.spec], [201, wanted])
    assert.equal(webhook.reviews.length >= length + 2, true)
    assert.deepEqual((await stored('argo')).spec, { masts: 1 })
    const patched = await harness.call(`PATCH ${SHIPS}/v2/ships/argo?dryRun=All`, {
      headers: MERGE,
      body: { spec: { rig: { masts: 4, kind: 'gaff' } } },
    })
    assert.deepEqual(patched.json.spec, { rig: { masts: 4, kind: 'square' } })
    webhook.down = true
    const failing = await harness.call(`POST ${SHIPS}/v2/ships?dryRun=All`, {
      body: { ...body, metadata: { name: 'other' } },
    })
    assert.equal(failing.status, 500)
  })

  it('make fields of what others own in another version', async () => {
    const apply = (version: string, manager: string, spec: object) =>
      harness.call(`PATCH ${SHIPS}/${version}/ships/argo?fieldManager=${manager}`, {
        headers: { 'content-type': 'application/apply-patch+yaml' },
        body: {
          apiVersion: `fleet.example.com/${version}`,
          kind: 'Ship',
          metadata: { name: 'argo' },
          spec,
        },
      })
    assert.equal((await apply('v2', 'ann', { rig: { masts: 1 } })).status, 201)
    const conflict = await apply('v1', 'bob', { masts: 2 })
    assert.equal(conflict.status, 409, JSON.stringify(conflict.json))
    const [cause] = conflict.json.details.causes
    assert.match(cause.message, /conflict with "ann"/)
    assert.equal(cause.field, '.spec.rig.masts')
    // What she no longer wants goes, under its name in the other version.
    const gone = await apply('v2', 'ann', {})
    assert.equal(gone.status, 200, JSON.stringify(gone.json))
    assert.equal((await stored('argo')).spec?.masts, undefined)
  })

  it('that fail when a watch begins are told of', async () => {
    webhook.down = true
    await make('v1', 'argo', { masts: 1 })
    const now = (await harness.call(`GET ${CRDS}/ships.fleet.example.com`)).json
    now.spec.versions.push(version('v3', false))
    await harness.call(`PUT ${CRDS}/ships.fleet.example.com`, { body: now })
    await until(async () => {
      const answer = await harness.call(`GET ${SHIPS}/v3/ships?watch=1&timeoutSeconds=1`)
      return answer.status === 500 && answer.json.message.includes('connection refused')
    })
  })

  const about = 'conversion webhook for fleet.example.com/v1, Kind=Ship'
  const changed = (more: object) => (request: Json) => ({
    ...success,
    convertedObjects: request.objects.map((o: Json) => ({
      ...convert(o, request.desiredAPIVersion),
      ...more,
    })),
  })
  const faults: [string, (request: Json) => Json, string][] = [
    ['refuse', () => ({ result: { status: 'Failure', message: 'no' } }), `${about} failed: no`],
    [
      'are silent',
      () => ({ result: {} }),
      `${about} failed: response.result.status was '', not 'Success'`,
    ],
    [
      'leave objects out',
      () => ({ ...success, convertedObjects: [] }),
      `${about} returned 0 objects, expected 1`,
    ],
    [
      'give another version',
      changed({ apiVersion: 'fleet.example.com/v3' }),
      `${about} returned invalid converted object at index 0: invalid groupVersion ` +
        '(expected fleet.example.com/v2, received fleet.example.com/v3)',
    ],
    [
      'give another object',
      changed({ metadata: { name: 'other' } }),
      `${about} returned invalid metadata in object at index 0: ` +
        'must have the same name: other != argo',
    ],
  ]
  for (const [what, respond, message] of faults) {
    it(`that ${what} are told of`, async () => {
      webhook.respond = respond
      await make('v1', 'argo', { masts: 1 })
      const read = await harness.call(`GET ${SHIPS}/v2/ships/argo`)
      assert.equal(read.status, 500)
      assert.equal(read.json.message, message)
    })
  }

  it('change of metadata labels and annotations only', async () => {
    const made = await make('v1', 'argo', { masts: 1 })
    webhook.respond = (request) => ({
      ...success,
      convertedObjects: request.objects.map((o: Json) => ({
        ...convert(o, request.desiredAPIVersion),
        metadata: { ...o.metadata, labels: { a: 'b' }, finalizers: ['x/y'], generation: 9 },
      })),
    })
    // A new one, which nobody has converted yet.
    const second = await make('v1', 'victory', { masts: 1 })
    const { metadata } = (await harness.call(`GET ${SHIPS}/v2/ships/victory`)).json
    assert.deepEqual(metadata, { ...second.metadata, labels: { a: 'b' } })
    assert.notEqual(made.metadata.uid, metadata.uid)
  })

  it('make what is read of objects that are stored in an older version, until written', async () => {
    await make('v1', 'argo', { masts: 1 })
    const now = (await harness.call(`GET ${CRDS}/ships.fleet.example.com`)).json
    now.spec.versions = [version('v1', false), version('v2', true)]
    assert.equal(
      (await harness.call(`PUT ${CRDS}/ships.fleet.example.com`, { body: now })).status,
      200,
    )
    await until(async () => {
      await harness.call(`PATCH ${SHIPS}/v2/ships/argo`, { headers: MERGE, body: {} })
      return (await stored('argo')).apiVersion === 'fleet.example.com/v2'
    })
    assert.deepEqual((await stored('argo')).spec, { rig: { masts: 1 } })
    assert.deepEqual((await harness.call(`GET ${SHIPS}/v1/ships/argo`)).json.spec, { masts: 1 })
  })
})
