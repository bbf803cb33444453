import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import fs from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import {
  aggregatedDiscovery,
  allResources,
  apiGroupList,
  apiResourceList,
  apiVersionOf,
  type ForeignVersion,
  groupsOf,
  openApiV2Document,
  openApiV3Document,
  openApiV3Index,
  openApiV3Keys,
} from '../../../src/api/index.ts'
import { findKubectls, skipWithout } from '../../support/peers.ts'
import { readShared, recordedSteps } from './facts.ts'

interface ApiResource {
  readonly name: string
}

const SERVED = {
  resources: allResources,
  groups: groupsOf(allResources),
  foreign: new Map<string, ForeignVersion>(),
}

/** What became generally available between Kubernetes 1.32 and ours. */
const NEWER = new Set([
  'deviceclasses',
  'ipaddresses',
  'mutatingadmissionpolicies',
  'mutatingadmissionpolicybindings',
  'pods/resize',
  'resourceclaims',
  'resourceclaimtemplates',
  'resourceslices',
  'servicecidrs',
  'volumeattributesclasses',
])

const isOld = ({ name }: ApiResource) => !NEWER.has(name) && !NEWER.has(name.split('/')[0] ?? '')

describe('discovery', () => {
  it('tells of every resource what Kubernetes 1.32 tells', function () {
    const steps = recordedSteps(this, '01-discovery')
    let compared = 0
    for (const [id, group] of [
      ['api-v1', ''],
      ['apps-v1', 'apps'],
      ['batch-v1', 'batch'],
      ['coordination-v1', 'coordination.k8s.io'],
    ] as const) {
      const expected = steps.find((step) => step.id === id)?.answer?.body as {
        resources: ApiResource[]
      }
      const actual = apiResourceList(allResources, { group, version: 'v1' }) as typeof expected
      assert.deepEqual({ ...actual, resources: actual.resources.filter(isOld) }, expected)
      compared += expected.resources.length
    }
    assert.ok(compared > 30, `compared ${compared}`)
  })

  it('tells the same in the aggregated form', function () {
    type Item = {
      metadata: { name?: string }
      versions: {
        version: string
        resources: { resource: string; subresources?: { subresource: string }[] }[]
      }[]
    }
    const sources = [
      ['api-aggregated', 'core'],
      ['apis-aggregated', 'groups'],
    ] as const
    for (const [file, root] of sources) {
      const text = readShared(this, `defaults/${file}.json`).toString()
      const expected = (JSON.parse(text) as { items: Item[] }).items
      const actual = aggregatedDiscovery(SERVED, { root, version: 'v2' }) as { items: Item[] }
      for (const item of actual.items) {
        const twin = expected.find(({ metadata }) => metadata.name === item.metadata.name)
        for (const { version, resources } of item.versions) {
          const theirs = twin?.versions.find((v) => v.version === version)?.resources ?? []
          const old = resources.filter(({ resource }) => !NEWER.has(resource))
          for (const resource of old) {
            const { subresources, ...plain } = resource
            const kept = subresources?.filter(
              (s) => !NEWER.has(`${resource.resource}/${s.subresource}`),
            )
            const mine = { ...plain, ...(kept?.length && { subresources: kept }) }
            const other = theirs.find((r) => r.resource === resource.resource)
            assert.deepEqual(mine, other, resource.resource)
          }
          if (twin)
            assert.equal(old.length, theirs.length, `${item.metadata.name ?? ''} ${version}`)
        }
      }
    }
  })
})

const run = promisify(execFile)

describe('OpenAPI, read by kubectl', () => {
  let server: http.Server
  let home: string
  let requests: string[] = []

  before(async () => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'navarch-openapi-'))
    const version = 'v1.32.0'
    const documents = new Map(
      openApiV3Keys(allResources).map((key) => [
        key,
        JSON.stringify(openApiV3Document(allResources, key, { version })),
      ]),
    )
    const answers = new Map<string, unknown>([
      ['/version', { major: '1', minor: '32', gitVersion: version }],
      ['/openapi/v3', openApiV3Index(documents)],
      ['/openapi/v2', openApiV2Document(allResources, { version })],
      ['/apis', apiGroupList(groupsOf(allResources))],
      ['/api', { kind: 'APIVersions', versions: ['v1'] }],
    ])
    for (const resource of allResources) {
      const root = resource.group === '' ? '/api/v1' : `/apis/${apiVersionOf(resource)}`
      answers.set(root, apiResourceList(allResources, resource))
    }
    for (const [key, text] of documents) answers.set(`/openapi/v3/${key}`, JSON.parse(text))
    server = http.createServer((request, response) => {
      const at = (request.url ?? '').split('?')[0] ?? ''
      requests.push(at)
      const answer = answers.get(at)
      response.writeHead(answer === undefined ? 404 : 200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(answer ?? {}))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })

  after(() => {
    server.close()
    server.closeAllConnections()
    fs.rmSync(home, { recursive: true })
  })

  // Older ones ask for v2 in protobuf, which the API server makes.
  const readsV3 = /kubectl$|kubectl\.1\.(29|[3-9]\d)$/
  const kubectls = findKubectls().filter((program) => readsV3.test(program))
  it('has a kubectl to be read by', function () {
    if (kubectls.length === 0) skipWithout(this, 'kubectl is not installed')
  })
  for (const kubectl of kubectls) {
    const release = path.basename(kubectl)
    it(`${release} explains`, async () => {
      requests = []
      const { port } = server.address() as AddressInfo
      const args = ['--server', `http://127.0.0.1:${port}`, '--cache-dir', path.join(home, release)]
      const env = { HOME: home, KUBECONFIG: '/dev/null' }
      const explain = async (what: string) =>
        (await run(kubectl, [...args, 'explain', what], { env })).stdout
      const strategy = await explain('deployment.spec.strategy.rollingUpdate')
      assert.match(strategy, /GROUP:\s+apps/)
      assert.match(strategy, /maxSurge\s+<IntOrString>/)
      const pod = await explain('pods.spec.containers')
      assert.match(pod, /name\s+<string> -required-/)
      assert.match(pod, /env\s+<\[\]EnvVar>/)
      assert.match(pod, /resources\s+<ResourceRequirements>/)
      assert.ok(requests.includes('/openapi/v3/api/v1'))
    })
  }
})
