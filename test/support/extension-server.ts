import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { TLSSocket } from 'node:tls'

const GROUP = 'toys.example.com'
const ROOT = `/apis/${GROUP}/v1`
const GVK = { group: GROUP, version: 'v1', kind: 'Foo' }
const LIST_GVK = { ...GVK, kind: 'FooList' }

interface Foo {
  readonly apiVersion?: string
  readonly kind?: string
  readonly metadata: { name: string; namespace?: string; uid?: string; resourceVersion?: string }
}

/** What came with a request, of what the aggregator says. */
export interface SeenRequest {
  readonly url: string
  readonly user: string
  readonly groups: readonly string[]
  readonly uid: string
  readonly authorization: string
}

/** An extension API server of its own kind, over node:https: it believes its front proxies only. */
export class ExtensionServer {
  readonly requests: SeenRequest[] = []
  readonly #foos = new Map<string, Foo>()
  readonly #server: https.Server
  readonly #watchers = new Set<ServerResponse>()
  readonly #proxies: { readonly allowedName: string }
  #version = 1

  private constructor(server: https.Server, proxies: { allowedName: string }) {
    this.#server = server
    this.#proxies = proxies
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      void this.#serve(request, response)
    })
    server.on('upgrade', (request: IncomingMessage, socket: Duplex) => {
      this.#upgrade(request, socket)
    })
  }

  /** `proxies` may speak for users: those whom `caPem` has signed, under the name. */
  static async start(
    tls: { certPem: string; keyPem: string },
    proxies: { caPem: string; allowedName: string },
  ): Promise<ExtensionServer> {
    const server = https.createServer({
      cert: tls.certPem,
      key: tls.keyPem,
      ca: proxies.caPem,
      requestCert: true,
      rejectUnauthorized: false,
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return new ExtensionServer(server, proxies)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #knows(request: IncomingMessage): boolean {
    const socket = request.socket as TLSSocket
    const name = socket.authorized ? socket.getPeerCertificate().subject?.CN : undefined
    this.requests.push({
      url: request.url ?? '',
      user: String(request.headers['x-remote-user'] ?? ''),
      groups: [request.headers['x-remote-group'] ?? []].flat().flatMap((g) => g.split(', ')),
      uid: String(request.headers['x-remote-uid'] ?? ''),
      authorization: request.headers.authorization ?? '',
    })
    return name === this.#proxies.allowedName
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#knows(request)) return send(response, 401, failure(401, 'Unauthorized'))
    const url = new URL(request.url ?? '', 'https://extension')
    const documents: Record<string, () => object> = {
      [ROOT]: resourceList,
      '/openapi/v2': openApiV2,
      '/openapi/v3': openApiV3Index,
      [`/openapi/v3${ROOT}`]: openApiV3,
    }
    const document = documents[url.pathname]
    if (document) return sendDocument(request, response, document())
    const match = /^\/apis\/[^/]+\/v1(?:\/namespaces\/([^/]+))?\/foos(?:\/([^/]+))?$/.exec(
      url.pathname,
    )
    if (!match) return send(response, 404, failure(404, 'the server could not find it'))
    const [, namespace = '', name] = match
    if (url.searchParams.has('watch')) return this.#watch(response)
    const body: Buffer[] = []
    for await (const chunk of request) body.push(chunk as Buffer)
    this.#answer(response, {
      method: request.method ?? '',
      namespace,
      name,
      body: Buffer.concat(body).toString(),
    })
  }

  #answer(
    response: ServerResponse,
    of: { method: string; namespace: string; name: string | undefined; body: string },
  ): void {
    const { method, namespace, name, body } = of
    const resourceVersion = String(this.#version)
    if (method === 'POST') {
      const foo = JSON.parse(body) as Foo
      const more = { namespace, uid: `uid-${this.#version}`, resourceVersion }
      const made = { ...foo, metadata: { ...foo.metadata, ...more } }
      this.#version++
      this.#foos.set(`${namespace}/${foo.metadata.name}`, made)
      for (const watcher of this.#watchers) {
        watcher.write(`${JSON.stringify({ type: 'ADDED', object: made })}\n`)
      }
      return send(response, 201, made)
    }
    if (name === undefined) {
      const items = [...this.#foos.values()].filter((f) => f.metadata.namespace === namespace)
      const list = { apiVersion: `${GROUP}/v1`, kind: 'FooList', metadata: { resourceVersion } }
      return send(response, 200, { ...list, items })
    }
    const found = this.#foos.get(`${namespace}/${name}`)
    if (!found) return send(response, 404, failure(404, `foos.${GROUP} "${name}" not found`))
    if (method === 'DELETE') this.#foos.delete(`${namespace}/${name}`)
    send(response, 200, found)
  }

  #watch(response: ServerResponse): void {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
    this.#watchers.add(response)
    response.on('close', () => this.#watchers.delete(response))
  }

  /** Another protocol: what comes goes back, after a first line of whom it is for. */
  #upgrade(request: IncomingMessage, socket: Duplex): void {
    socket.on('error', () => socket.destroy())
    if (!this.#knows(request) || !request.url?.endsWith('/echo')) {
      socket.end('HTTP/1.1 403 Forbidden\r\ncontent-length: 0\r\n\r\n')
      return
    }
    const user = String(request.headers['x-remote-user'])
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: Upgrade\r\nupgrade: echo\r\n\r\n')
    socket.write(`for ${user}\n`)
    socket.pipe(socket)
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}

function sendDocument(request: IncomingMessage, response: ServerResponse, document: object): void {
  const etag = `"${hashOf(document)}"`
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag })
    response.end()
    return
  }
  response.writeHead(200, { 'content-type': 'application/json', etag })
  response.end(JSON.stringify(document))
}

const hashOf = (document: object): string =>
  createHash('sha512').update(JSON.stringify(document)).digest('hex').toUpperCase()

function failure(code: number, message: string): object {
  const reason = code === 404 ? 'NotFound' : 'Unauthorized'
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message,
    reason,
    code,
  }
}

function resourceList(): object {
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: `${GROUP}/v1`,
    resources: [
      {
        name: 'foos',
        singularName: 'foo',
        namespaced: true,
        kind: 'Foo',
        verbs: ['create', 'delete', 'get', 'list', 'watch'],
        shortNames: ['fo'],
        categories: ['all'],
      },
      { name: 'foos/echo', singularName: '', namespaced: true, kind: 'Foo', verbs: ['get'] },
    ],
  }
}

const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/** `ObjectMeta` is another than everybody's, so that it needs a name of its own when merged. */
function schemas(prefix: string): Record<string, object> {
  return {
    'com.example.toys.v1.Foo': {
      description: 'A Foo is a toy of an extension API server.',
      type: 'object',
      properties: {
        apiVersion: { type: 'string' },
        kind: { type: 'string' },
        metadata: { $ref: `${prefix}${META}` },
        size: { description: 'How large the toy is.', type: 'integer', format: 'int32' },
      },
      'x-kubernetes-group-version-kind': [GVK],
    },
    'com.example.toys.v1.FooList': {
      type: 'object',
      properties: {
        items: { type: 'array', items: { $ref: `${prefix}com.example.toys.v1.Foo` } },
      },
      'x-kubernetes-group-version-kind': [LIST_GVK],
    },
    [META]: { type: 'object', properties: { name: { type: 'string' } } },
    'com.example.unused.Bar': { type: 'object' },
  }
}

function openApiV2(): object {
  const schema = { $ref: '#/definitions/com.example.toys.v1.FooList' }
  const get = {
    operationId: 'listFoo',
    produces: ['application/json'],
    responses: { 200: { description: 'OK', schema } },
    parameters: [{ $ref: '#/parameters/limit' }],
    'x-kubernetes-action': 'list',
    'x-kubernetes-group-version-kind': GVK,
  }
  return {
    swagger: '2.0',
    info: { title: 'Extension', version: 'v0' },
    paths: { [`${ROOT}/namespaces/{namespace}/foos`]: { get }, '/apis/': { get: {} } },
    definitions: schemas('#/definitions/'),
    parameters: { limit: { name: 'limit', in: 'query', type: 'integer', uniqueItems: true } },
  }
}

function openApiV3(): object {
  const schema = { $ref: '#/components/schemas/com.example.toys.v1.FooList' }
  const get = {
    responses: { 200: { description: 'OK', content: { 'application/json': { schema } } } },
    'x-kubernetes-action': 'list',
    'x-kubernetes-group-version-kind': GVK,
  }
  return {
    openapi: '3.0.0',
    info: { title: 'Extension', version: 'v0' },
    paths: { [`${ROOT}/namespaces/{namespace}/foos`]: { get } },
    components: { schemas: schemas('#/components/schemas/') },
  }
}

function openApiV3Index(): object {
  const url = `/openapi/v3${ROOT}?hash=${hashOf(openApiV3())}`
  return { paths: { [ROOT.slice(1)]: { serverRelativeURL: url } } }
}
