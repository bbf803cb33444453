import {
  type GrpcCall,
  GrpcCode,
  GrpcError,
  type GrpcMethod,
  type GrpcMethods,
  type HttpRequest,
  type HttpResponse,
  KvError,
  type Log,
  readBody,
} from '../../base/index.ts'
import type { SchemaType } from '../../gen/schema.js'
import { quoteLargeIntegers } from './json-integers.ts'
import { JsonValues } from './json-values.ts'
import { routes } from './routes.ts'
import { methodAt, typeNamed } from './schema.ts'
import { decodeJson, encodeJson } from './transcode.ts'
import { asksForWebSocket } from './web-socket.ts'

const BODY_BYTES_MAX_DEFAULT = 4 * 2 ** 20
const JSON_TYPE = { 'content-type': 'application/json' }
const METADATA_PREFIX = 'grpc-metadata-'

/** As grpc-gateway maps gRPC's codes (google.rpc.Code). */
const STATUS: Readonly<Record<number, number>> = {
  [GrpcCode.canceled]: 499,
  [GrpcCode.unknown]: 500,
  [GrpcCode.invalidArgument]: 400,
  [GrpcCode.deadlineExceeded]: 504,
  [GrpcCode.notFound]: 404,
  [GrpcCode.alreadyExists]: 409,
  [GrpcCode.permissionDenied]: 403,
  [GrpcCode.resourceExhausted]: 429,
  [GrpcCode.failedPrecondition]: 400,
  [GrpcCode.aborted]: 409,
  [GrpcCode.outOfRange]: 400,
  [GrpcCode.unimplemented]: 501,
  [GrpcCode.internal]: 500,
  [GrpcCode.unavailable]: 503,
  [GrpcCode.dataLoss]: 500,
  [GrpcCode.unauthenticated]: 401,
}

export interface GatewayOptions {
  readonly methods: GrpcMethods
  readonly log: Log
  /** Of one request. Default 4 MiB. */
  readonly bodyBytesMax?: number
}

/**
 * etcd's JSON gateway: `POST /v3/kv/put` and so on, as grpc-gateway answers. The method runs in this
 * process, on the bytes that the JSON means; certificates name nobody here, as in etcd.
 */
export async function gateway(
  options: GatewayOptions,
  request: HttpRequest,
): Promise<HttpResponse> {
  const { methods, log, bodyBytesMax = BODY_BYTES_MAX_DEFAULT } = options
  const path = pathOf(request)
  const name = routes.get(path.replace(/^\/v3(beta)?\//, ''))
  const method = name === undefined ? undefined : methods.get(name)
  if (name === undefined || !method) return refusal(404, GrpcCode.notFound, 'Not Found')
  if (request.method !== 'POST') {
    return refusal(501, GrpcCode.unimplemented, 'Method Not Allowed')
  }
  const { request: asked, response: output, requestStream } = methodAt(name)
  const types = { input: typeNamed(asked), output: typeNamed(output) }
  const call = { metadata: metadataOf(request), signal: request.signal }
  try {
    const input = { type: types.input, bodyBytesMax, request }
    if (method.kind === 'unary') return await unary(method, types.output, input, call)
    const requests = requestStream
      ? jsonRequests(input, { open: path.endsWith('/watch') })
      : oneRequest(input)
    return await streaming(method.handle(requests, call), types.output, log)
  } catch (error) {
    return failure(error, log)
  }
}

function pathOf({ url }: HttpRequest): string {
  return new URL(url, 'http://store').pathname
}

interface Input {
  readonly type: SchemaType
  readonly bodyBytesMax: number
  readonly request: HttpRequest
}

async function unary(
  method: GrpcMethod & { kind: 'unary' },
  output: SchemaType,
  input: Input,
  call: GrpcCall,
): Promise<HttpResponse> {
  const answer = await method.handle(await readJson(input), call)
  const body = Buffer.from(JSON.stringify(decodeJson(output, answer)))
  return { status: 200, headers: JSON_TYPE, body }
}

async function readJson({ type, bodyBytesMax, request }: Input): Promise<Uint8Array> {
  if (asksForWebSocket(request)) return await firstMessage({ type, bodyBytesMax, request })
  const tooLarge = () => new GrpcError(GrpcCode.invalidArgument, 'http: request body too large')
  const body = await readBody(request.body, bodyBytesMax, tooLarge)
  // grpc-gateway's words for no body at all are those of Go's reader.
  if (body.length === 0) return new Uint8Array(0)
  return encodeJson(type, parse(Buffer.from(body).toString()))
}

/** A WebSocket says one thing after the other, and does not end before its answer. */
async function firstMessage(input: Input): Promise<Uint8Array> {
  // Not `for await`, which would end the reading, and with it the call.
  const first = await jsonRequests(input, { open: false }).next()
  return first.done ? new Uint8Array(0) : first.value
}

function parse(text: string): unknown {
  try {
    return JSON.parse(quoteLargeIntegers(text))
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new GrpcError(GrpcCode.invalidArgument, why, { cause: error })
  }
}

async function* oneRequest(input: Input): AsyncGenerator<Uint8Array> {
  yield await readJson(input)
}

/** Requests one after the other. A watch goes on after the last one, until the client goes. */
async function* jsonRequests(
  { type, bodyBytesMax, request: { body, signal } }: Input,
  { open }: { open: boolean },
): AsyncGenerator<Uint8Array> {
  const values = new JsonValues(bodyBytesMax)
  const chunks = body instanceof Uint8Array ? [body] : (body ?? [])
  for await (const chunk of chunks) {
    for (const text of values.add(chunk)) yield encodeJson(type, parse(text))
  }
  const rest = values.end()
  if (rest !== undefined) yield encodeJson(type, parse(rest))
  if (open && !signal.aborted) {
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  }
}

/** The first answer decides about the status: an error before it is an ordinary one. */
async function streaming(
  answers: AsyncIterable<Uint8Array>,
  type: SchemaType,
  log: Log,
): Promise<HttpResponse> {
  const iterator = answers[Symbol.asyncIterator]()
  const first = await iterator.next()
  const line = (value: object) => Buffer.from(`${JSON.stringify(value)}\n`)
  async function* body(): AsyncGenerator<Uint8Array> {
    try {
      for (let next = first; !next.done; next = await iterator.next()) {
        yield line({ result: decodeJson(type, next.value) })
      }
    } catch (error) {
      yield line({ error: streamError(error, log) })
    } finally {
      await iterator.return?.()
    }
  }
  return { status: 200, headers: JSON_TYPE, body: body() }
}

function streamError(error: unknown, log: Log) {
  const { code, message } = readError(error, log)
  return { code, message }
}

function failure(error: unknown, log: Log): HttpResponse {
  const { code, message } = readError(error, log)
  return refusal(STATUS[code] ?? 500, code, message)
}

function readError(error: unknown, log: Log): { code: number; message: string } {
  if (error instanceof GrpcError || error instanceof KvError) return error
  log.error('a gateway call failed', { error })
  return { code: GrpcCode.internal, message: 'internal error' }
}

function refusal(status: number, code: number, message: string): HttpResponse {
  // As grpc-gateway 2, which etcd has since 3.6; the first one had the message twice.
  const body = Buffer.from(JSON.stringify({ code, message }))
  return { status, headers: JSON_TYPE, body }
}

/** As grpc-gateway: the token, and what is named to be metadata. */
function metadataOf({ headers }: HttpRequest): Record<string, string> {
  const metadata: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith(METADATA_PREFIX)) metadata[name.slice(METADATA_PREFIX.length)] = value
  }
  const token = headers['authorization']
  if (token !== undefined) metadata['authorization'] = token
  return metadata
}
