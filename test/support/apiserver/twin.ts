import { newSigningKey, signerOf } from '../../../src/platform/index.ts'
import { firstDifference, Normaliser } from '../../contract/api-normal.ts'
import { Harness } from '../../unit/apiserver/harness.ts'
import { type RealApiServer, startRealApiServer } from './real-apiserver.ts'

/** What is sent to both servers by an administrator. A body that is no text is sent as JSON. */
export interface TwinRequest {
  /** Default `GET`. */
  readonly method?: string
  /** With its query. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: unknown
}

/** An answer with placeholders for what differs between any two runs. */
export interface TwinAnswer {
  readonly status: number
  /** Those of `KEPT_HEADERS` that were sent. */
  readonly headers: Readonly<Record<string, string>>
  /** JSON where it is JSON, else text. */
  readonly body: unknown
}

export interface TwinAnswers {
  readonly ours: TwinAnswer
  readonly theirs: TwinAnswer
}

const KEPT_HEADERS = ['content-type', 'warning', 'retry-after', 'location', 'allow']
const ISSUER = 'https://kubernetes.default.svc'

/** Our API server (in this process, over memory) beside a kube-apiserver, both fresh. */
export class ApiTwin {
  readonly harness: Harness
  readonly real: RealApiServer

  private constructor(harness: Harness, real: RealApiServer) {
    this.harness = harness
    this.real = real
  }

  /** Whether the environment names a kube-apiserver (`KUBE_APISERVER=path`). */
  static get isThere(): boolean {
    return Boolean(process.env.KUBE_APISERVER)
  }

  static async start(options: { flags?: readonly string[] } = {}): Promise<ApiTwin> {
    const signer = signerOf(newSigningKey().keyPem)
    const harness = await Harness.start({
      serviceRange: '10.96.0.0/16',
      mountTokens: true,
      security: { serviceAccounts: { issuers: [ISSUER], signer } },
    })
    return new ApiTwin(harness, await startRealApiServer(options.flags))
  }

  async stop(): Promise<void> {
    await this.harness.stop()
    await this.real.stop()
  }

  /** The same request to both, ours first. */
  async both(request: TwinRequest): Promise<TwinAnswers> {
    const { method = 'GET', path } = request
    const body = bytesOf(request.body)
    const headers = {
      accept: 'application/json',
      'user-agent': 'twin/1',
      ...(body && { 'content-type': 'application/json' }),
      ...request.headers,
    }
    const given = { headers, ...(body && { body }) }
    const [ours, theirs] = await Promise.all([
      this.harness.call(`${method} ${path}`, given),
      this.real.send({ method, path, headers, body }),
    ])
    const normaliser = () => new Normaliser(`${path} ${body ? Buffer.from(body).toString() : ''}`)
    return { ours: answerOf(ours, normaliser()), theirs: answerOf(theirs, normaliser()) }
  }

  /** A request that both must take; throws otherwise. */
  async prepare(request: TwinRequest): Promise<void> {
    const answers = await this.both(request)
    for (const [who, { status, body }] of Object.entries(answers)) {
      if (status < 300) continue
      throw new Error(`${who}: ${request.method ?? 'GET'} ${request.path}: ${JSON.stringify(body)}`)
    }
  }

  /** A namespace with the account that its pods run as: there are no controllers to make one. */
  async makeNamespace(name: string): Promise<void> {
    await this.prepare({ method: 'POST', path: '/api/v1/namespaces', body: { metadata: { name } } })
    const path = `/api/v1/namespaces/${name}/serviceaccounts`
    await this.prepare({ method: 'POST', path, body: { metadata: { name: 'default' } } })
  }
}

/** Where two answers first differ; undefined when they are the same. */
export function twinDifference({ ours, theirs }: TwinAnswers) {
  return firstDifference(theirs, ours)
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (body === undefined) return undefined
  if (body instanceof Uint8Array) return body
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))
}

interface Raw {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Buffer
}

function answerOf(raw: Raw, normaliser: Normaliser): TwinAnswer {
  const headers: Record<string, string> = {}
  for (const name of KEPT_HEADERS) {
    const value = raw.headers[name]
    if (value !== undefined) headers[name] = value
  }
  const isJson = headers['content-type']?.includes('json') && raw.bytes.length > 0
  const body: unknown = isJson ? JSON.parse(raw.bytes.toString()) : raw.bytes.toString()
  return { status: raw.status, headers, body: normaliser.normalise(body) }
}

/** A request with a name to be found again by. */
export interface TwinCase {
  readonly name: string
  readonly request: TwinRequest
}

/** A case that was answered otherwise. */
export interface TwinDifference {
  readonly name: string
  readonly at: string
  readonly want: unknown
  readonly got: unknown
  readonly answers: TwinAnswers
}

const CASES_AT_ONCE = 4

/** Sends cases that do not depend on each other (dry runs); gives those answered otherwise. */
export async function compareAll(
  twin: ApiTwin,
  cases: readonly TwinCase[],
): Promise<TwinDifference[]> {
  const found: TwinDifference[] = []
  const rest = cases.values()
  const work = async () => {
    for (const { name, request } of rest) {
      const answers = await twin.both(request)
      const difference = twinDifference(answers)
      if (difference) found.push({ name, ...difference, answers })
    }
  }
  await Promise.all(Array.from({ length: CASES_AT_ONCE }, work))
  return found
}
