import assert from 'node:assert/strict'
import fc from 'fast-check'
import {
  allResources,
  apiVersionOf,
  decodeBody,
  type KubeObject,
  type MediaType,
  type Resource,
  toJsonValue,
} from '../../../src/api/index.ts'
import { encodeObject } from '../../support/encode-object.ts'
import { jsonOf, withoutEmpties } from '../../support/arbitrary.ts'
import { MINIMAL } from '../../support/minimal.ts'
import { Harness } from './harness.ts'

// `SAMPLES=100 SEED=3` looks further.
const SAMPLES = Number(process.env['SAMPLES'] ?? 5)
const SEED = Number(process.env['SEED'] ?? 7)
const TYPES = {
  json: 'application/json',
  yaml: 'application/yaml',
  protobuf: 'application/vnd.kubernetes.protobuf',
} as const
const MEDIA = Object.keys(TYPES) as MediaType[]

/** What upstream takes for a fault of its own, though it is the client's. */
const FAULTS_UPSTREAM = /does not contain declared merge key|strconv.ParseUint/

/** Whatever is sent, no answer is a server's fault, and what is stored can be read back. */
describe('every resource, whatever is sent to it', function () {
  this.timeout(20_000 + SAMPLES * 1_000)
  let harness: Harness
  before(async () => {
    harness = await Harness.start({ disabledAdmission: ['ServiceAccount'] })
    const body = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fuzz' } }
    await harness.call('POST /api/v1/namespaces', { body })
  })
  after(() => harness.stop())

  for (const resource of allResources.filter(({ virtual }) => !virtual)) {
    it(`${apiVersionOf(resource)} ${resource.plural}`, async () => {
      const home = pathOf(resource)
      const minimal = bodyOf(resource)
      const name = minimal.metadata.name ?? ''
      const samples = fc.sample(jsonOf(resource.struct), { numRuns: SAMPLES, seed: SEED })
      const send = async (call: string, body: object, media: MediaType) => {
        const headers = { 'content-type': TYPES[media] }
        const bytes =
          media === 'json' ? body : encodeObject(resource, readAs(resource, body), media)
        const answer = await harness.call(call, { body: bytes, headers })
        const where = `${call} ${JSON.stringify(body)}`
        assert.notEqual(answer.status, 500, `${answer.json?.message ?? ''} ${where}`)
        return answer
      }
      for (const [i, sample] of samples.entries()) {
        const body = merged(minimal, sample, { ...minimal.metadata, name: withSuffix(name, i) })
        await send(`POST ${home}`, body, MEDIA[i % MEDIA.length] ?? 'json')
      }
      const made = await send(`POST ${home}`, minimal, 'json')
      assert.equal(made.status, 201, made.json?.message)
      for (const [i, sample] of samples.entries()) {
        const body = merged(minimal, sample, { name, namespace: minimal.metadata.namespace })
        await send(`PUT ${home}/${name}`, body, MEDIA[i % MEDIA.length] ?? 'json')
        for (const kind of ['merge-patch', 'strategic-merge-patch']) {
          const headers = { 'content-type': `application/${kind}+json` }
          for (const part of resource.hasStatus ? ['', '/status'] : ['']) {
            const path = `${home}/${name}${part}`
            const answer = await harness.call(`PATCH ${path}`, { body: sample, headers })
            const why: string = answer.json?.message ?? ''
            if (FAULTS_UPSTREAM.test(why)) continue
            assert.notEqual(answer.status, 500, `${why} ${kind} ${path} ${JSON.stringify(sample)}`)
          }
        }
      }
      await readBack(harness, resource, home)
    })
  }
})

/** All that is stored comes back in every format, and a server takes what a server wrote. */
async function readBack(harness: Harness, resource: Resource, home: string): Promise<void> {
  const list = await harness.call(`GET ${home}`)
  assert.equal(list.status, 200)
  const items = list.json.items as KubeObject[]
  assert.ok(items.length > 0)
  for (const item of items) {
    const path = `${home}/${item.metadata.name ?? ''}`
    const [first, ...others] = await inEveryFormat(harness, resource, path)
    for (const other of others) assert.deepEqual(other, first, `${path}: formats differ`)
  }
  for (const as of ['Table', 'PartialObjectMetadataList']) {
    const accept = `application/json;as=${as};v=v1;g=meta.k8s.io`
    const answer = await harness.call(`GET ${home}`, { headers: { accept } })
    assert.equal(answer.status, 200, as)
    assert.equal(answer.json.kind, as)
  }
}

/** One revision of an object as each format tells it; a controller may change it in between. */
async function inEveryFormat(
  harness: Harness,
  resource: Resource,
  path: string,
): Promise<unknown[]> {
  for (;;) {
    const versions = new Set<unknown>()
    const objects: unknown[] = []
    for (const media of MEDIA) {
      const answer = await harness.call(`GET ${path}`, { headers: { accept: TYPES[media] } })
      assert.equal(answer.status, 200, path)
      const { object, strictErrors } = decodeBody<KubeObject>(resource, answer.bytes, media, {
        strict: true,
      })
      assert.deepEqual(strictErrors, [], path)
      versions.add(object.metadata.resourceVersion)
      objects.push(withoutEmpties(toJsonValue(resource.struct, object)))
    }
    if (versions.size === 1) return objects
  }
}

function pathOf(resource: Resource): string {
  const root = resource.group === '' ? '/api/v1' : `/apis/${apiVersionOf(resource)}`
  return `${root}${resource.namespaced ? '/namespaces/fuzz' : ''}/${resource.plural}`
}

function bodyOf(resource: Resource): KubeObject {
  const { group, plural, kind, version } = resource
  const body: Partial<KubeObject> = { ...MINIMAL[`${group}/${plural}`] }
  return {
    ...body,
    apiVersion: apiVersionOf(resource),
    kind,
    metadata: {
      name: `m${version}${group.length}`,
      ...(resource.namespaced && { namespace: 'fuzz' }),
      ...body.metadata,
    },
  }
}

/** The minimal object with some fields of a random one in place of its own. */
function merged(minimal: KubeObject, sample: object, metadata: object): KubeObject {
  const { metadata: more, ...rest } = { metadata: {}, ...sample }
  return { ...minimal, ...rest, metadata: { ...more, resourceVersion: '', ...metadata } }
}

const withSuffix = (name: string, i: number) =>
  /^\d/.test(name) ? `10.0.1.${i}` : name.includes('.') ? `x${i}.${name}` : `${name}-${i}`

function readAs(resource: Resource, body: object): KubeObject {
  return decodeBody<KubeObject>(resource, Buffer.from(JSON.stringify(body)), 'json').object
}
