import { type Clock, type HttpRequest, type HttpResponse, readBody } from '../../../base/index.ts'
import type { RequestInfo } from '../request-info.ts'
import { statusErrors } from '../status.ts'
import type { User } from '../user.ts'
import type { AuditChoice, AuditPolicy, AuditStage } from './policy.ts'

/** One note of a request (audit.k8s.io/v1). */
export interface AuditEvent {
  readonly stage: AuditStage
  readonly [field: string]: unknown
}

/** Where events go. It does not throw, but for the first of a request where that is to fail then. */
export interface AuditSink {
  write(event: AuditEvent): Promise<void> | void
  /** Gives away what it holds; resolves soon. */
  close?(): Promise<void>
}

export interface AuditOptions {
  readonly policy: AuditPolicy
  readonly sinks: readonly AuditSink[]
}

/** Longest body that is noted. */
const BODY_BYTES_MAX = 3 * 1024 * 1024

/** Notes who did what, as the policy says (audit.k8s.io/v1). */
export class Audit {
  readonly #options: AuditOptions
  readonly #clock: Clock

  constructor(options: AuditOptions, parts: { clock: Clock }) {
    this.#options = options
    this.#clock = parts.clock
  }

  open(of: { request: HttpRequest; info: RequestInfo; id: string }): AuditTrail {
    const { policy, sinks } = this.#options
    return new AuditTrail({ ...of, policy, sinks, nowMs: () => this.#clock.nowMs() })
  }

  async close(): Promise<void> {
    await Promise.all(this.#options.sinks.map(async (sink) => sink.close?.()))
  }
}

interface TrailParts extends AuditOptions {
  readonly request: HttpRequest
  readonly info: RequestInfo
  readonly id: string
  readonly nowMs: () => number
}

/** The events of one request. */
export class AuditTrail {
  readonly #parts: TrailParts
  readonly #receivedMs: number
  readonly annotations = new Map<string, string>()
  #choice: AuditChoice | undefined
  #user: User = { name: '', groups: [] }
  #acting: User | undefined
  #body: unknown

  constructor(parts: TrailParts) {
    this.#parts = parts
    this.#receivedMs = parts.nowMs()
  }

  /** Once it is known who asks. The request to go on with, for its body may have been read. */
  async begin(user: User, request: HttpRequest): Promise<HttpRequest> {
    const { policy, info } = this.#parts
    this.#user = user
    this.#choice = policy.choose(user, info)
    await this.#emit('RequestReceived')
    if (this.#choice.level !== 'Request' && this.#choice.level !== 'RequestResponse') return request
    if (request.body === undefined) return request
    const tooLarge = () => statusErrors.tooLarge(BODY_BYTES_MAX)
    const body = await readBody(request.body, BODY_BYTES_MAX, tooLarge)
    this.#body = parse(body)
    return { ...request, body }
  }

  /** As whom the user acts. */
  impersonated(user: User): void {
    this.#acting = user
  }

  /** Noted at once, and of a watch when it ends as well. The response to go on with. */
  async complete(response: HttpResponse): Promise<HttpResponse> {
    const { policy, info } = this.#parts
    this.#choice ??= policy.choose(this.#user, info)
    const { status, body } = response
    const answer = { responseStatus: { metadata: {}, code: status } }
    if (info.resource?.verb === 'watch' && body && !(body instanceof Uint8Array)) {
      await this.#emit('ResponseStarted', answer)
      return { ...response, body: whenEnded(body, () => this.#emit('ResponseComplete', answer)) }
    }
    const withBody = this.#choice.level === 'RequestResponse' && body instanceof Uint8Array
    const more = withBody && { responseObject: parse(body) }
    await this.#emit('ResponseComplete', { ...answer, ...more })
    return response
  }

  async #emit(stage: AuditStage, more: object = {}): Promise<void> {
    const choice = this.#choice
    if (!choice || choice.level === 'None' || choice.omitStages.includes(stage)) return
    const { request, info, id, sinks, nowMs } = this.#parts
    const at = info.resource
    const time = (ms: number) => new Date(ms).toISOString().replace(/Z$/, '000Z')
    const event = {
      kind: 'Event',
      apiVersion: 'audit.k8s.io/v1',
      level: choice.level,
      auditID: id,
      stage,
      requestURI: request.url,
      verb: at?.verb ?? info.method.toLowerCase(),
      user: shown(this.#user),
      ...(this.#acting && { impersonatedUser: shown(this.#acting) }),
      ...(request.remoteAddress !== undefined && { sourceIPs: [request.remoteAddress] }),
      userAgent: request.headers['user-agent'] ?? '',
      ...(at && { objectRef: objectRef(info) }),
      ...(this.#body !== undefined && { requestObject: this.#body }),
      ...more,
      requestReceivedTimestamp: time(this.#receivedMs),
      stageTimestamp: time(nowMs()),
      ...(this.annotations.size > 0 && { annotations: Object.fromEntries(this.annotations) }),
    }
    const shownEvent = choice.omitManagedFields ? withoutManagedFields(event) : event
    await Promise.all(sinks.map(async (sink) => sink.write(shownEvent)))
  }
}

async function* whenEnded<T>(items: AsyncIterable<T>, then: () => Promise<void>) {
  try {
    yield* items
  } finally {
    await then()
  }
}

function withoutManagedFields(event: AuditEvent): AuditEvent {
  const text = JSON.stringify(event, (key, value: unknown) =>
    key === 'managedFields' ? undefined : value,
  )
  return JSON.parse(text) as AuditEvent
}

function shown({ name, uid, groups, extra }: User): object {
  return { username: name, ...(uid && { uid }), groups, ...(extra && { extra }) }
}

function objectRef({ resource }: RequestInfo): object {
  if (!resource) return {}
  const { plural, namespace, name, group, version, subresource } = resource
  return {
    resource: plural,
    ...(namespace !== '' && { namespace }),
    ...(name !== '' && { name }),
    ...(group !== '' && { apiGroup: group }),
    apiVersion: version,
    ...(subresource !== '' && { subresource }),
  }
}

/** Bodies that are no JSON are told by their size. */
function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return { bytes: bytes.length }
  }
}
