import type { GrpcMethods, HttpHandler, Listener, Log } from '../base/index.ts'
import { serveGrpcHttp2 } from './grpc/index.ts'
import { serveGrpcJs } from './grpc-js-server.ts'
import type { ListenAt } from './listen.ts'
import type { TlsOptions } from './tls.ts'

export interface GrpcServerOptions extends ListenAt {
  /** Without `tls`: plain text. */
  readonly tls?: TlsOptions
  /** Whether a client without a certificate of our authority is turned away. Default `required`. */
  readonly clientCertificate?: 'required' | 'optional'
  readonly methods: GrpcMethods
  /** Answers what is not gRPC on the same port, over HTTP/1.1 and HTTP/2. Default: 404. */
  readonly http?: HttpHandler
  readonly log: Log
  /** Default 2 MiB: etcd's 1.5 MiB for a request and 512 KiB for what is around it. */
  readonly maxReceiveBytes?: number
  /** Of one connection. Default as in etcd: as many as HTTP/2 can number. */
  readonly maxConcurrentStreams?: number
  readonly keepalive?: GrpcKeepalive
  /** `grpc-js`: the library's server, which is slower and serves gRPC alone. Default `own`. */
  readonly implementation?: GrpcImplementation
}

/** etcd's `--grpc-keepalive-*`. */
export interface GrpcKeepalive {
  /** An idle client is pinged after this. Default two hours. */
  readonly idleMs?: number
  /** One that does not answer for so long is gone. Default 20 seconds. */
  readonly timeoutMs?: number
  /** A client that pings more often than this is turned away. Default: only one that floods. */
  readonly pingMsMin?: number
}

export type GrpcImplementation = 'own' | 'grpc-js'

/** Serves gRPC methods on bytes; resolves once it listens. Throws `NetError` when it cannot. */
export function serveGrpc(options: GrpcServerOptions): Promise<Listener> {
  return options.implementation === 'grpc-js' ? serveGrpcJs(options) : serveGrpcHttp2(options)
}
