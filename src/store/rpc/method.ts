import {
  DiskError,
  type GrpcCall,
  GrpcCode,
  GrpcError,
  type GrpcMethod,
  KvError,
} from '../../base/index.ts'
import type { Caller, CallOptions } from '../index.ts'

/** A call as the store takes it: with what the client shows of itself. */
export type RpcCall = GrpcCall & CallOptions

type Handle = (request: Uint8Array, call: RpcCall) => Promise<Uint8Array>

/** A unary method whose failures reach the client as etcd words them. */
export function unary(handle: Handle): GrpcMethod {
  return {
    kind: 'unary',
    async handle(request, call) {
      try {
        return await handle(request, withCaller(call))
      } catch (error) {
        throw grpcError(error, call.signal)
      }
    },
  }
}

export function stream(
  handle: (requests: AsyncIterable<Uint8Array>, call: RpcCall) => AsyncIterable<Uint8Array>,
): GrpcMethod {
  return {
    kind: 'stream',
    async *handle(requests, call) {
      try {
        yield* handle(requests, withCaller(call))
      } catch (error) {
        throw grpcError(error, call.signal)
      }
    },
  }
}

/** As etcd: the token is in `token`, or as HTTP has it in `authorization`. */
function withCaller(call: GrpcCall): RpcCall {
  const { metadata, identity } = call
  const token = metadata['token'] ?? metadata['authorization']
  const caller: Caller = {
    ...(token !== undefined && { token: token.replace(/^Bearer /, '') }),
    ...(identity && { commonName: identity.commonName }),
  }
  return { ...call, caller }
}

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
