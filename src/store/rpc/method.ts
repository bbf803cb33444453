import {
  DiskError,
  type GrpcCall,
  GrpcCode,
  GrpcError,
  type GrpcMethod,
  KvError,
} from '../../base/index.ts'
import type { Caller, CallOptions } from '../index.ts'

/**
 * A call as the store takes it: with what the client shows of itself. The signal is asked for only
 * by who waits: making one costs as much as the rest of a call.
 */
export class RpcCall implements CallOptions {
  readonly caller: Caller
  readonly encoded?: Uint8Array
  /** The server answers nothing that its client does not wait for any more. */
  readonly forgets = true
  readonly #call: { readonly signal: AbortSignal }

  constructor(call: { readonly signal: AbortSignal }, caller: Caller, encoded?: Uint8Array) {
    this.#call = call
    this.caller = caller
    if (encoded) this.encoded = encoded
  }

  get signal(): AbortSignal {
    return this.#call.signal
  }

  /** The same, with the request's own bytes, which may be replicated as they are. */
  with(encoded: Uint8Array): RpcCall {
    return new RpcCall(this.#call, this.caller, encoded)
  }
}

type Handle = (request: Uint8Array, call: RpcCall) => Promise<Uint8Array>

/** A unary method whose failures reach the client as etcd words them. */
export function unary(handle: Handle): GrpcMethod {
  return answered(handle, (response) => response)
}

/** The same, encoding what the store answers. */
export function answered<T>(
  handle: (request: Uint8Array, call: RpcCall) => Promise<T>,
  encode: (answer: T) => Uint8Array,
): GrpcMethod {
  return {
    kind: 'unary',
    handle(request, call) {
      // Without a function's own promise: this is passed by every call.
      const fail = (error: unknown): never => {
        throw grpcError(error, call.signal)
      }
      try {
        return handle(request, rpcCall(call)).then(encode, fail)
      } catch (error) {
        return Promise.reject(grpcError(error, call.signal))
      }
    },
  }
}

export function stream(
  handle: (requests: AsyncIterable<Uint8Array>, call: RpcCall) => AsyncIterable<Uint8Array>,
): GrpcMethod {
  return {
    kind: 'stream',
    handle(requests, call) {
      const fail = (error: unknown): never => {
        throw grpcError(error, call.signal)
      }
      const messages = handle(requests, rpcCall(call))
      return { [Symbol.asyncIterator]: () => failingAs(messages[Symbol.asyncIterator](), fail) }
    },
  }
}

/** By hand: of an event to a thousand watchers most of the work would be generators' promises. */
function failingAs<T>(inner: AsyncIterator<T>, fail: (error: unknown) => never): AsyncIterator<T> {
  return {
    next: () => inner.next().catch(fail),
    return: () => inner.return?.() ?? Promise.resolve({ done: true, value: undefined }),
  }
}

/** As etcd: the token is in `token`, or as HTTP has it in `authorization`. */
function rpcCall(call: GrpcCall): RpcCall {
  const { metadata, identity } = call
  const token = metadata['token'] ?? metadata['authorization']
  if (token === undefined && !identity) return new RpcCall(call, UNKNOWN)
  return new RpcCall(call, {
    ...(token !== undefined && { token: token.replace(/^Bearer /, '') }),
    ...(identity && { commonName: identity.commonName }),
  })
}

const UNKNOWN: Caller = {}

/** Reads a request; what is not protobuf is the client's fault. */
export function decode<T>(type: { decode(bytes: Uint8Array): T }, bytes: Uint8Array): T {
  try {
    return type.decode(bytes)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    // grpc-go's words and code for it.
    throw new GrpcError(
      GrpcCode.internal,
      `grpc: error unmarshalling request: proto: cannot parse invalid wire-format data: ${why}`,
      { cause: error },
    )
  }
}

function grpcError(error: unknown, signal: AbortSignal): unknown {
  if (error instanceof KvError) return new GrpcError(error.code, error.message, { cause: error })
  // What the disk has no room for, such as a backup's file, is the operator's to solve.
  if (error instanceof DiskError && error.code === 'no-space') {
    const { message } = error
    return new GrpcError(GrpcCode.resourceExhausted, `etcdserver: ${message}`, { cause: error })
  }
  if (error instanceof GrpcError || !signal.aborted) return error
  return new GrpcError(GrpcCode.canceled, 'etcdserver: request canceled', { cause: error })
}
