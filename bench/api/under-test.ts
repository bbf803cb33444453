import { type ClusterAccess, connect, readKubeconfig } from '../../src/cmd/parts/kubeconfig.ts'
import { type HttpHandler, readBody } from '../../src/base/index.ts'
import { TestCluster } from '../../test/support/navarch.ts'

const BODY_BYTES_MAX = 2 ** 28
/** Where the benchmark keeps its objects. */
export const NAMESPACE = 'bench'

export interface Asked {
  readonly method: string
  readonly url: string
  readonly body?: object
  readonly headers?: Readonly<Record<string, string>>
}

/** A cluster of the store and the API alone, and an administrator's connection to it. */
export class ApiUnderTest {
  readonly masters: number
  readonly access: ClusterAccess
  readonly #cluster: TestCluster
  readonly #connection: ReturnType<typeof connect>

  private constructor(cluster: TestCluster, masters: number) {
    this.#cluster = cluster
    this.masters = masters
    this.access = readKubeconfig(cluster.kubeconfig)
    this.#connection = connect(this.access)
  }

  static async start(masters: number): Promise<ApiUnderTest> {
    const cluster = await TestCluster.up('--masters', String(masters), '--api-only')
    const api = new ApiUnderTest(cluster, masters)
    await api.ask({
      method: 'POST',
      url: '/api/v1/namespaces',
      body: { metadata: { name: NAMESPACE } },
    })
    // Nobody else makes it here, and pods need one.
    const account = { metadata: { name: 'default' } }
    const url = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts`
    await api.ask({ method: 'POST', url, body: account })
    return api
  }

  /** Titles of what is measured here. */
  title(what: string): string {
    return `${what}, ${this.masters} master${this.masters === 1 ? '' : 's'}`
  }

  async ask(asked: Asked): Promise<Uint8Array> {
    return ask(this.#connection.transport, asked)
  }

  /** A connection of its own. */
  connect(): ReturnType<typeof connect> {
    return connect(this.access)
  }

  /** A bearer token of an administrator: h2load has no certificate to show. */
  async token(): Promise<string> {
    const subject = { kind: 'ServiceAccount', name: 'default', namespace: NAMESPACE }
    const role = {
      apiGroup: 'rbac.authorization.k8s.io',
      kind: 'ClusterRole',
      name: 'cluster-admin',
    }
    await this.ask({
      method: 'POST',
      url: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings',
      body: { metadata: { name: 'bench' }, subjects: [subject], roleRef: role },
    })
    const answer = await this.ask({
      method: 'POST',
      url: `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default/token`,
      body: { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: {} },
    })
    return JSON.parse(Buffer.from(answer).toString()).status.token
  }

  async stop(): Promise<void> {
    await this.#connection.close()
    await this.#cluster.destroy()
  }
}

/** Throws for every answer but a success. */
export async function ask(transport: HttpHandler, asked: Asked): Promise<Uint8Array> {
  const { method, url, body } = asked
  const headers = { 'content-type': 'application/json', 'user-agent': 'bench', ...asked.headers }
  const response = await transport({
    method,
    url,
    headers,
    body: body && Buffer.from(JSON.stringify(body)),
    signal: new AbortController().signal,
  })
  const bytes = await readBody(response.body, BODY_BYTES_MAX, () => new Error('a huge answer'))
  if (response.status < 300) return bytes
  throw new Error(`${method} ${url}: ${response.status} ${Buffer.from(bytes).toString()}`)
}
