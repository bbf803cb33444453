import type { PeerIdentity } from './http.ts'

/** gRPC status codes (grpc/grpc: statuscodes.md). */
export const GrpcCode = {
  ok: 0,
  canceled: 1,
  unknown: 2,
  invalidArgument: 3,
  deadlineExceeded: 4,
  notFound: 5,
  alreadyExists: 6,
  permissionDenied: 7,
  resourceExhausted: 8,
  failedPrecondition: 9,
  aborted: 10,
  outOfRange: 11,
  unimplemented: 12,
  internal: 13,
  unavailable: 14,
  dataLoss: 15,
  unauthenticated: 16,
} as const
export type GrpcCode = (typeof GrpcCode)[keyof typeof GrpcCode]

/** A gRPC call that ended with a status other than OK. */
export class GrpcError extends Error {
  override readonly name = 'GrpcError'
  readonly code: GrpcCode
  constructor(code: GrpcCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}

/** What a handler learns about its call. Metadata keys are lower case; the last value wins. */
export interface GrpcCall {
  readonly metadata: Readonly<Record<string, string>>
  readonly identity?: PeerIdentity
  /** Aborted when the client cancels, its deadline passes or the connection goes. */
  readonly signal: AbortSignal
}

export type GrpcMethod =
  | {
      readonly kind: 'unary'
      handle(request: Uint8Array, call: GrpcCall): Promise<Uint8Array> | Uint8Array
    }
  | {
      /** Also serves client- and server-streaming. The returned iterator ends the call; so does a throw. */
      readonly kind: 'stream'
      handle(requests: AsyncIterable<Uint8Array>, call: GrpcCall): AsyncIterable<Uint8Array>
    }

/** Methods by full path, such as `/etcdserverpb.KV/Range`. Messages are protobuf bytes. */
export type GrpcMethods = ReadonlyMap<string, GrpcMethod>

/** A gRPC client over one or more endpoints; the platform keeps and heals the connections. */
export interface GrpcClient {
  unary(path: string, request: Uint8Array, options?: GrpcCallOptions): Promise<Uint8Array>
  stream(
    path: string,
    requests: AsyncIterable<Uint8Array>,
    options?: GrpcCallOptions,
  ): AsyncIterable<Uint8Array>
  close(): Promise<void>
}

/** Makes a client of a server without TLS: `http://host:port`. */
export type GrpcDial = (endpoint: string) => Promise<GrpcClient>

export interface GrpcCallOptions {
  metadata?: Readonly<Record<string, string>>
  signal?: AbortSignal
}
