import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request as httpsRequest } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Listener, silentLog } from '../../src/base/index.ts'
import {
  issueAuthority,
  issueLeaf,
  type OutboundHttps,
  outboundHttps,
  serveHttps,
} from '../../src/platform/index.ts'
import { ExtensionServer } from '../support/extension-server.ts'
import { findKubectls } from '../support/peers.ts'
import { Harness, type Json } from '../unit/apiserver/harness.ts'
import { testPki } from '../unit/platform/pki.ts'
import { until } from '../unit/node/until.ts'

const API_SERVICES = '/apis/apiregistration.k8s.io/v1/apiservices'
const ROOT = '/apis/toys.example.com/v1'
const AGGREGATED = (version: string) =>
  `application/json;g=apidiscovery.k8s.io;v=${version};as=APIGroupDiscoveryList`

/** An extension API server that nobody of ours wrote the protocol of, through real kubectl. */
describe('an extension API server', function () {
  this.timeout(60_000)
  const validity = { nowMs: Date.now() }
  const pki = testPki()
  const authority = issueAuthority({ commonName: 'extensions' }, validity)
  const proxies = issueAuthority({ commonName: 'proxies' }, validity)
  let extension: ExtensionServer
  let outbound: OutboundHttps
  let harness: Harness
  let listener: Listener
  let folder: string

  before(async () => {
    const leaf = { commonName: 'toys', dnsNames: ['toys.default.svc'], ipAddresses: [] }
    const tls = issueLeaf(authority, { ...leaf, usages: ['server'] }, validity)
    const own = { commonName: 'front-proxy-client', dnsNames: [], ipAddresses: [] }
    const proxyClient = issueLeaf(proxies, { ...own, usages: ['client'] }, validity)
    const allowed = { caPem: proxies.certPem, allowedName: 'front-proxy-client' }
    extension = await ExtensionServer.start(tls, allowed)
    outbound = outboundHttps()
    harness = await Harness.start({ outbound: outbound.call, proxyClient })
    listener = await serveHttps({
      address: '127.0.0.1',
      port: 0,
      tls: pki.server,
      handler: harness.server.handler,
      log: silentLog,
    })
    folder = mkdtempSync(join(tmpdir(), 'navarch-extension-'))
    writeFileSync(join(folder, 'config'), kubeconfig(listener.port))
    const service = {
      metadata: { name: 'toys' },
      spec: { type: 'ExternalName', externalName: 'localhost' },
    }
    const placed = await harness.call('POST /api/v1/namespaces/default/services', { body: service })
    assert.equal(placed.status, 201)
    const made = await harness.call(`POST ${API_SERVICES}`, { body: apiService(extension.port) })
    assert.equal(made.status, 201)
    await available('True')
  })

  after(async () => {
    await listener?.close()
    await harness?.stop()
    outbound?.close()
    await extension?.close()
    if (folder) rmSync(folder, { recursive: true })
  })

  function apiService(port: number): object {
    return {
      metadata: { name: 'v1.toys.example.com' },
      spec: {
        group: 'toys.example.com',
        version: 'v1',
        groupPriorityMinimum: 16_750,
        versionPriority: 10,
        caBundle: Buffer.from(authority.certPem).toString('base64'),
        service: { namespace: 'default', name: 'toys', port },
      },
    }
  }

  async function availability(): Promise<string | undefined> {
    const { json } = await harness.call(`GET ${API_SERVICES}/v1.toys.example.com`)
    return json.status.conditions?.find((each: Json) => each.type === 'Available')?.status
  }

  function available(status: string): Promise<boolean> {
    return until(`its availability is ${status}`, async () => {
      return (await availability()) === status ? true : undefined
    })
  }

  function kubeconfig(port: number): string {
    const cluster = {
      server: `https://127.0.0.1:${port}`,
      'certificate-authority-data': Buffer.from(pki.server.caPem).toString('base64'),
    }
    const user = {
      'client-certificate-data': Buffer.from(pki.client.certPem).toString('base64'),
      'client-key-data': Buffer.from(pki.client.keyPem).toString('base64'),
    }
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [{ name: 'c', cluster }],
      users: [{ name: 'u', user }],
      contexts: [{ name: 'x', context: { cluster: 'c', user: 'u' } }],
      'current-context': 'x',
    })
  }

  for (const path of findKubectls()) {
    const release = path.slice(path.lastIndexOf('/') + 1)
    it(`${release}: finds, explains and uses its resources`, async () => {
      const run = (...args: string[]) => kubectl(path, folder, args)
      const file = join(folder, `${release}.yaml`)
      const name = release.replaceAll('.', '-')
      writeFileSync(
        file,
        `apiVersion: toys.example.com/v1\nkind: Foo\nmetadata: {name: ${name}}\nsize: 3\n`,
      )
      assert.match(await run('get', '--raw', ROOT), /"singularName":"foo"/)
      assert.match(await run('api-resources'), /foos +fo +toys.example.com\/v1 +true +Foo/)
      assert.match(await run('api-versions'), /toys\.example\.com\/v1/)
      assert.match(await run('create', '-f', file), new RegExp(`foo.toys.example.com/${name} crea`))
      assert.match(await run('get', 'foos'), new RegExp(`NAME +AGE\n(.*\n)*${name} `))
      assert.equal(await run('get', 'fo', name, '-o', 'jsonpath={.size}'), '3')
      assert.match(await run('explain', 'foos'), /A Foo is a toy of an extension API server\./)
      assert.match(await run('explain', 'foo.size'), /How large the toy is\./)
      assert.match(await run('delete', 'foo', name, '--wait=false'), /deleted/)
    })
  }

  it('is told who asks, and not with what', async () => {
    const as = { commonName: 'ada', organizations: ['system:masters', 'math'] }
    await harness.call(`GET ${ROOT}/namespaces/default/foos/none`, {
      as,
      headers: {
        'impersonate-user': 'bob',
        'impersonate-group': 'system:masters',
        'impersonate-uid': 'u-1',
      },
    })
    const { user, groups, uid, authorization } = extension.requests.at(-1) ?? {}
    assert.deepEqual(
      { user, groups, uid, authorization },
      {
        user: 'bob',
        groups: ['system:masters', 'system:authenticated'],
        uid: 'u-1',
        authorization: '',
      },
    )
  })

  it('stands in every list of groups where its priority puts it', async () => {
    const groups = (await harness.call('GET /apis')).json.groups.map(({ name }: Json) => name)
    const at = groups.indexOf('toys.example.com')
    assert.deepEqual(groups.slice(at - 1, at + 2), [
      'storage.k8s.io',
      'toys.example.com',
      'admissionregistration.k8s.io',
    ])
    const own = await harness.call('GET /apis/toys.example.com')
    assert.equal(own.json.preferredVersion.groupVersion, 'toys.example.com/v1')
    for (const version of ['v2', 'v2beta1']) {
      const accept = AGGREGATED(version)
      const { json } = await harness.call('GET /apis', { headers: { accept } })
      assert.equal(json.items[at].metadata.name, 'toys.example.com')
      const [item] = json.items[at].versions
      assert.equal(item.freshness, 'Current')
      assert.deepEqual(item.resources, [
        {
          resource: 'foos',
          responseKind: { group: '', version: '', kind: 'Foo' },
          scope: 'Namespaced',
          singularResource: 'foo',
          verbs: ['create', 'delete', 'get', 'list', 'watch'],
          shortNames: ['fo'],
          categories: ['all'],
          subresources: [
            {
              subresource: 'echo',
              responseKind: { group: '', version: '', kind: 'Foo' },
              verbs: ['get'],
            },
          ],
        },
      ])
    }
  })

  it('has its OpenAPI among ours', async () => {
    // As from a kube-apiserver it does not say that it is JSON.
    const { bytes } = await harness.call('GET /openapi/v3')
    const index = JSON.parse(bytes.toString()).paths
    const url = index['apis/toys.example.com/v1'].serverRelativeURL
    const v3 = await harness.call(`GET ${url}`)
    assert.ok(v3.json.components.schemas['com.example.toys.v1.Foo'])
    const { etag = '' } = v3.headers
    const again = await harness.call(`GET ${url}`, { headers: { 'if-none-match': etag } })
    assert.equal(again.status, 304)
    const { paths, definitions } = (await harness.call('GET /openapi/v2')).json
    const { get } = paths[`${ROOT}/namespaces/{namespace}/foos`]
    assert.equal(get.parameters[0].name, 'limit')
    const foo = definitions['com.example.toys.v1.Foo']
    // A definition of theirs that is another than ours keeps out of its way.
    const meta = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
    assert.equal(foo.properties.metadata.$ref, `#/definitions/${meta}_v2`)
    assert.deepEqual(Object.keys(definitions[`${meta}_v2`].properties), ['name'])
    assert.ok(definitions[meta].properties.uid)
    assert.equal(definitions['com.example.unused.Bar'], undefined)
  })

  it('speaks another protocol with its client', async () => {
    const text = await new Promise<string>((resolve, reject) => {
      const { caPem, certPem, keyPem } = pki.client
      const asking = httpsRequest({
        host: '127.0.0.1',
        port: listener.port,
        path: `${ROOT}/namespaces/default/foos/a/echo`,
        headers: { connection: 'Upgrade', upgrade: 'echo' },
        ca: caPem,
        cert: certPem,
        key: keyPem,
      })
      asking.on('upgrade', (_, socket, head) => {
        let seen = head.toString()
        socket.on('data', (data: Buffer) => {
          seen += data.toString()
          if (seen.endsWith('hello')) socket.end()
        })
        socket.on('close', () => resolve(seen))
        socket.write('hello')
      })
      asking.on('response', ({ statusCode }) => reject(new Error(`status ${statusCode}`)))
      asking.on('error', reject)
      asking.end()
    })
    assert.equal(text, 'for alice\nhello')
  })

  it('is believed with the right authority only, and stale when it is away', async () => {
    const other = issueAuthority({ commonName: 'others' }, validity)
    const change = async (spec: object) => {
      const body = { spec }
      const headers = { 'content-type': 'application/merge-patch+json' }
      await harness.call(`PATCH ${API_SERVICES}/v1.toys.example.com`, { headers, body })
    }
    const freshness = async () => {
      const accept = AGGREGATED('v2')
      const { json } = await harness.call('GET /apis', { headers: { accept } })
      const item = json.items.find((each: Json) => each.metadata.name === 'toys.example.com')
      return [item.versions[0].freshness, item.versions[0].resources?.length]
    }
    await change({ caBundle: Buffer.from(other.certPem).toString('base64') })
    await available('False')
    assert.deepEqual(await freshness(), ['Stale', 1])
    assert.equal((await harness.call(`GET ${ROOT}`)).status, 503)
    const groups = (await harness.call('GET /apis')).json.groups
    assert.ok(groups.some(({ name }: Json) => name === 'toys.example.com'))
    await change({ caBundle: null, insecureSkipTLSVerify: true })
    await available('True')
    assert.deepEqual(await freshness(), ['Current', 1])
    await harness.call(`DELETE ${API_SERVICES}/v1.toys.example.com`)
    assert.equal((await harness.call('GET /apis/toys.example.com')).status, 404)
  })
})

function kubectl(path: string, folder: string, args: string[]): Promise<string> {
  const home = join(folder, path.slice(path.lastIndexOf('/') + 1))
  const env = { ...process.env, KUBECONFIG: join(folder, 'config'), HOME: home }
  return new Promise((resolve, reject) => {
    execFile(path, args, { env, timeout: 20_000 }, (error, stdout, stderr) => {
      if (error) reject(new Error(`kubectl ${args.join(' ')}: ${stdout}${stderr}`))
      else resolve(stdout)
    })
  })
}
