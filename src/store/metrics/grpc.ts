import {
  GrpcCode,
  GrpcError,
  type GrpcMethod,
  type GrpcMethods,
  KvError,
} from '../../base/index.ts'
import { methodAt } from '../http/schema.ts'
import type { Registry } from './registry.ts'

const NAMES = Object.fromEntries(
  Object.entries(GrpcCode).map(([name, code]) => [
    code,
    name.charAt(0).toUpperCase() + name.slice(1),
  ]),
)
const NAME_OF_OK = 'OK'
const CLIENT_VERSION = 'client-api-version'
/** Versions that are counted apart: clients say what they like, and each is kept for good. */
const CLIENT_VERSIONS_MAX = 100
const UNKNOWN_VERSION = 'unknown'

interface Cell {
  value: number
}

/** The four counters of go-grpc-prometheus for one method, found once. */
interface MethodCells {
  readonly type: string
  readonly started: Cell
  readonly received: Cell
  readonly sent: Cell
  handled(code: number): Cell
}

/** Counts calls, messages and bytes of gRPC methods, under the names of go-grpc-prometheus and etcd. */
export function countedMethods(methods: GrpcMethods, registry: Registry): GrpcMethods {
  const counters = new GrpcCounters(registry)
  return new Map([...methods].map(([path, method]) => [path, counted(counters, path, method)]))
}

class GrpcCounters {
  readonly #started
  readonly #handled
  readonly #received
  readonly #sent
  readonly receivedBytes: Cell
  readonly sentBytes: Cell
  readonly #requests
  readonly #versions = new Set([UNKNOWN_VERSION])

  constructor(registry: Registry) {
    const labels = ['grpc_type', 'grpc_service', 'grpc_method']
    const counter = (name: string, help: string, more: string[] = []) =>
      registry.counter(`grpc_server_${name}`, help, [...labels, ...more])
    this.#started = counter('started_total', 'Total number of RPCs started on the server.')
    this.#handled = counter(
      'handled_total',
      'Total number of RPCs completed on the server, regardless of success or failure.',
      ['grpc_code'],
    )
    this.#received = counter('msg_received_total', 'RPC stream messages received on the server.')
    this.#sent = counter('msg_sent_total', 'gRPC stream messages sent by the server.')
    const bytes = (name: string, help: string) =>
      registry.counter(`etcd_network_client_grpc_${name}_bytes_total`, help).cell()
    this.receivedBytes = bytes('received', 'Bytes received from gRPC clients.')
    this.sentBytes = bytes('sent', 'Bytes sent to gRPC clients.')
    this.#requests = registry.counter(
      'etcd_server_client_requests_total',
      'Client requests per client version.',
      ['type', 'client_api_version'],
    )
  }

  cellsOf(path: string): MethodCells {
    const [, service = '', name = ''] = path.split('/')
    const labels = [typeOf(path), service, name]
    return {
      type: typeOf(path) === 'unary' ? 'unary' : 'stream',
      started: this.#started.cell(...labels),
      received: this.#received.cell(...labels),
      sent: this.#sent.cell(...labels),
      handled: (code) =>
        this.#handled.cell(
          ...labels,
          code === GrpcCode.ok ? NAME_OF_OK : (NAMES[code] ?? 'Unknown'),
        ),
    }
  }

  client(type: string, version = UNKNOWN_VERSION): void {
    if (this.#versions.size < CLIENT_VERSIONS_MAX) this.#versions.add(version)
    this.#requests.add(1, type, this.#versions.has(version) ? version : UNKNOWN_VERSION)
  }
}

/** As go-grpc-prometheus names the kinds of methods. */
export function typeOf(path: string): string {
  // Methods under another name than their file's, such as reflection's older one.
  if (path.startsWith('/grpc.reflection.')) return 'bidi_stream'
  const { requestStream, responseStream } = methodAt(path)
  if (!requestStream && !responseStream) return 'unary'
  if (requestStream && responseStream) return 'bidi_stream'
  return requestStream ? 'client_stream' : 'server_stream'
}

function counted(counters: GrpcCounters, path: string, method: GrpcMethod): GrpcMethod {
  const cells = counters.cellsOf(path)
  const ok = cells.handled(GrpcCode.ok)
  const receive = (bytes: Uint8Array) => {
    cells.received.value++
    counters.receivedBytes.value += bytes.length
  }
  const send = (bytes: Uint8Array) => {
    cells.sent.value++
    counters.sentBytes.value += bytes.length
  }
  const fail = (error: unknown): never => {
    cells.handled(codeOf(error)).value++
    throw error
  }
  const succeed = (answer: Uint8Array) => {
    send(answer)
    ok.value++
    return answer
  }
  if (method.kind === 'unary') {
    return {
      kind: 'unary',
      handle(request, call) {
        cells.started.value++
        receive(request)
        counters.client(cells.type, call.metadata[CLIENT_VERSION])
        return Promise.resolve(method.handle(request, call)).then(succeed, fail)
      },
    }
  }
  return {
    kind: 'stream',
    async *handle(requests, call) {
      cells.started.value++
      counters.client(cells.type, call.metadata[CLIENT_VERSION])
      const heard = async function* () {
        for await (const request of requests) {
          receive(request)
          yield request
        }
      }
      // Whoever reads may stop: that is how the end of a client comes here.
      let code: number = GrpcCode.canceled
      try {
        for await (const answer of method.handle(heard(), call)) {
          send(answer)
          yield answer
        }
        code = call.signal.aborted ? codeOfAbort(call.signal) : GrpcCode.ok
      } catch (error) {
        code = call.signal.aborted ? codeOfAbort(call.signal) : codeOf(error)
        throw error
      } finally {
        cells.handled(code).value++
      }
    },
  }
}

function codeOf(error: unknown): number {
  return error instanceof GrpcError || error instanceof KvError ? error.code : GrpcCode.unknown
}

/** A deadline says so; otherwise the client has gone. */
function codeOfAbort({ reason }: AbortSignal): number {
  return reason instanceof GrpcError ? reason.code : GrpcCode.canceled
}
