import assert from 'node:assert/strict'
import { Harness, MERGE, pod } from './harness.ts'

const NS = 'namespaces/default'
const container = (fields: object) => ({ containers: [{ name: 'c', image: 'i', ...fields }] })

/** The texts of an answer's `Warning` headers. */
function warningsOf(header: unknown): string[] {
  const values = (Array.isArray(header) ? header : [header ?? '']) as string[]
  return values
    .join(', ')
    .split(/(?:^|, )299 - /)
    .filter((text) => text !== '')
    .map((text) => JSON.parse(text) as string)
}

describe('warnings about objects that are let in', () => {
  let h: Harness
  before(async () => {
    h = await Harness.start()
    await h.call(`POST /api/v1/${NS}/serviceaccounts`, { body: { metadata: { name: 'default' } } })
  })
  after(() => h.stop())

  async function warn(path: string, body: object): Promise<string[]> {
    const answer = await h.call(`POST ${path}?dryRun=All`, { body })
    assert.equal(answer.status, 201, answer.bytes.toString())
    return warningsOf(answer.headers['warning'])
  }

  const ofSpec = (spec: object) =>
    warn(`/api/v1/${NS}/pods`, { ...pod('p'), spec: { ...container({}), ...spec } })

  it('names of pods that are no host names', async () => {
    const [text = ''] = await warn(`/api/v1/${NS}/pods`, pod('a.b'))
    assert.match(
      text,
      /^metadata.name: this is used in the Pod's hostname, .*: \[must not contain dots\]$/,
    )
  })

  it('variables, ports, amounts, labels and secrets of pods', async () => {
    const env = [
      { name: 'A', value: '1' },
      { name: 'A', value: '2' },
      { name: 'A', value: 'x$(A)' },
    ]
    const ports = [
      { containerPort: 80, name: 'a' },
      { containerPort: 80, name: 'b' },
    ]
    const resources = { limits: { memory: '100m' } }
    assert.deepEqual(
      await ofSpec({
        ...container({ env, ports, resources }),
        nodeSelector: { 'beta.kubernetes.io/os': 'linux' },
        imagePullSecrets: [{ name: 's' }, { name: 's' }, {}],
        topologySpreadConstraints: [
          { maxSkew: 1, topologyKey: 'k', whenUnsatisfiable: 'DoNotSchedule' },
        ],
      }),
      [
        'spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use "kubernetes.io/os" instead',
        'spec.topologySpreadConstraints[0].labelSelector: a null labelSelector results in matching no pod',
        'spec.imagePullSecrets[1].name: duplicate name "s"',
        'spec.imagePullSecrets[2].name: invalid empty name ""',
        'spec.containers[0].resources.limits[memory]: fractional byte value "100m" is invalid, must be an integer',
        'spec.containers[0].resources.requests[memory]: fractional byte value "100m" is invalid, must be an integer',
        'spec.containers[0].env[1]: hides previous definition of "A", which may be dropped when using apply',
        'spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]',
      ],
    )
  })

  it('templates, when they are made and when they change', async () => {
    const template = {
      metadata: { labels: { a: 'b' } },
      spec: { ...container({}), volumes: [{ name: 'v', gitRepo: { repository: 'r' } }] },
    }
    const path = `/apis/apps/v1/${NS}/deployments`
    const body = {
      metadata: { name: 'd' },
      spec: { selector: { matchLabels: { a: 'b' } }, template },
    }
    const made = await h.call(`POST ${path}`, { body })
    const text = 'spec.template.spec.volumes[0].gitRepo: deprecated in v1.11'
    assert.deepEqual(warningsOf(made.headers['warning']), [text])
    const change = async (patch: object) => {
      const answer = await h.call(`PATCH ${path}/d`, { headers: MERGE, body: patch })
      return warningsOf(answer.headers['warning'])
    }
    assert.deepEqual(await change({ metadata: { labels: { x: 'y' } } }), [])
    assert.deepEqual(await change({ spec: { replicas: 3 } }), [text])
  })

  it('services, volumes, claims, ingresses and accounts', async () => {
    const spec = { externalName: 'x', ports: [{ port: 1 }] }
    assert.deepEqual(await warn(`/api/v1/${NS}/services`, { metadata: { name: 's' }, spec }), [
      'spec.externalName is ignored when spec.type is not "ExternalName"',
    ])
    const annotations = { 'volume.beta.kubernetes.io/storage-class': 'c' }
    const claim = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } }
    const body = { metadata: { name: 'c', annotations }, spec: claim }
    assert.deepEqual(await warn(`/api/v1/${NS}/persistentvolumeclaims`, body), [
      'metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; ' +
        'use "storageClassName" attribute instead',
    ])
    const account = {
      metadata: { name: 'a', annotations: { 'kubernetes.io/enforce-mountable-secrets': 'true' } },
    }
    assert.equal((await warn(`/api/v1/${NS}/serviceaccounts`, account)).length, 1)
  })

  it("an AppArmor profile stands in the pod's annotations as well", async () => {
    const securityContext = { appArmorProfile: { type: 'Localhost', localhostProfile: 'mine' } }
    const body = { ...pod('p'), spec: { ...container({}), securityContext } }
    const { json } = await h.call(`POST /api/v1/${NS}/pods?dryRun=All`, { body })
    assert.equal(
      json.metadata.annotations['container.apparmor.security.beta.kubernetes.io/c'],
      'localhost/mine',
    )
  })
})
