import {
  Metadata,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from '@grpc/grpc-js'
import {
  GrpcCode,
  type GrpcCall,
  GrpcError,
  type GrpcMethod,
  KvError,
  type Listener,
  type Log,
  type NetError,
  type PeerIdentity,
} from '../base/index.ts'
import type { GrpcServerOptions } from './grpc-server.ts'
import { identityFrom, netError } from './tls.ts'

type Call = ServerUnaryCall<Buffer, Buffer> | ServerDuplexStream<Buffer, Buffer>

const asIs = (message: Buffer): Buffer => message
const CLOSE_TIMEOUT_MS = 500

/** The same by grpc-js's server. */
export async function serveGrpcJs(options: GrpcServerOptions): Promise<Listener> {
  const server = new Server({
    'grpc.max_receive_message_length': options.maxReceiveBytes ?? 2 * 1024 * 1024,
    'grpc.max_send_message_length': -1,
    ...(options.maxConcurrentStreams && {
      'grpc.max_concurrent_streams': options.maxConcurrentStreams,
    }),
    // As etcd: ping idle clients after two hours, give them 20 seconds.
    'grpc.keepalive_time_ms': 7_200_000,
    'grpc.keepalive_timeout_ms': 20_000,
  })
  for (const [path, method] of options.methods) register(server, path, method, options.log)
  const port = await bind(server, options)
  return { address: options.address, port, close: () => close(server) }
}

function bind(server: Server, options: GrpcServerOptions): Promise<number> {
  const { tls, address } = options
  const credentials = tls
    ? ServerCredentials.createSsl(
        Buffer.from(tls.caPem),
        [{ cert_chain: Buffer.from(tls.certPem), private_key: Buffer.from(tls.keyPem) }],
        options.clientCertificate !== 'optional',
      )
    : ServerCredentials.createInsecure()
  const host = address.includes(':') ? `[${address}]` : address
  return new Promise((resolve, reject) => {
    server.bindAsync(`${host}:${options.port}`, credentials, (error, port) => {
      if (error) reject(bindError(options, error))
      else resolve(port)
    })
  })
}

/** grpc-js wraps the system's error in a text. */
function bindError(options: GrpcServerOptions, error: Error): NetError {
  const code = /EADDRINUSE|EACCES/.exec(error.message)?.[0]
  return netError(options, code ? Object.assign(new Error(error.message), { code }) : error)
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // Watches never end by themselves: a while for the others, then all are cut.
    const timer = setTimeout(() => server.forceShutdown(), CLOSE_TIMEOUT_MS)
    server.tryShutdown(() => {
      clearTimeout(timer)
      server.forceShutdown()
      resolve()
    })
  })
}

function register(server: Server, path: string, method: GrpcMethod, log: Log): void {
  if (method.kind === 'unary') {
    const handle = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      void runUnary(method, call, done, log.child({ path }))
    }
    server.register(path, handle, asIs, asIs, 'unary')
  } else {
    const handle = (call: ServerDuplexStream<Buffer, Buffer>) => {
      void runStream(method, call, log.child({ path }))
    }
    server.register(path, handle, asIs, asIs, 'bidi')
  }
}

async function runUnary(
  method: GrpcMethod & { kind: 'unary' },
  call: ServerUnaryCall<Buffer, Buffer>,
  done: sendUnaryData<Buffer>,
  log: Log,
): Promise<void> {
  try {
    done(null, buffer(await method.handle(call.request, describe(call))))
  } catch (error) {
    done(statusOf(error, log))
  }
}

async function runStream(
  method: GrpcMethod & { kind: 'stream' },
  call: ServerDuplexStream<Buffer, Buffer>,
  log: Log,
): Promise<void> {
  const described = describe(call)
  const requests: AsyncIterable<Buffer> = call.iterator({ destroyOnReturn: false })
  call.on('error', (error) => log.debug('stream broke', { error }))
  try {
    for await (const message of method.handle(untilGone(requests), described)) {
      if (call.cancelled || call.destroyed) return
      if (!call.write(buffer(message))) await drained(call)
    }
    call.end()
  } catch (error) {
    if (call.cancelled || call.destroyed) return
    // Not destroy(): grpc-js sends the error as the call's status.
    call.emit('error', statusOf(error, log))
  }
}

/** A client that went away ends its requests; the call's signal says why. */
async function* untilGone(requests: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  try {
    yield* requests
  } catch (error) {
    const closed = error instanceof Error && 'code' in error
    if (!closed || error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error
  }
}

function drained(call: ServerDuplexStream<Buffer, Buffer>): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      for (const event of ['drain', 'close', 'cancelled']) call.off(event, done)
      resolve()
    }
    for (const event of ['drain', 'close', 'cancelled']) call.on(event, done)
  })
}

function describe(call: Call): GrpcCall {
  const controller = new AbortController()
  const reason = () => new GrpcError(GrpcCode.canceled, 'the client went away')
  call.on('cancelled', () => controller.abort(reason()))
  const metadata: Record<string, string> = {}
  for (const [key, value] of Object.entries(call.metadata.getMap())) metadata[key] = String(value)
  const identity = peerOf(call)
  return { metadata, signal: controller.signal, ...(identity ? { identity } : {}) }
}

function peerOf(call: Call): PeerIdentity | undefined {
  const certificate = call.getAuthContext().sslPeerCertificate
  return certificate && identityFrom(certificate)
}

function statusOf(error: unknown, log: Log) {
  const metadata = new Metadata()
  const code = error instanceof GrpcError || error instanceof KvError ? error.code : undefined
  if (code !== undefined && error instanceof Error)
    return { code, details: error.message, metadata }
  log.error('a gRPC handler failed', { error })
  return { code: GrpcCode.internal, details: 'internal error', metadata }
}

function buffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes)
    ? bytes
    : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
