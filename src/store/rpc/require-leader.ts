import { type GrpcCall, GrpcCode, GrpcError, type GrpcMethod } from '../../base/index.ts'
import type { EtcdApi } from '../index.ts'

/** Metadata of clients that would rather fail than wait: etcd's `clientv3.WithRequireLeader`. */
const REQUIRE_LEADER = 'hasleader'

const noLeader = () => new GrpcError(GrpcCode.unavailable, 'etcdserver: no leader')

/** Refuses calls that require a leader while none is known, and ends their streams when it is lost. */
export function requireLeader(leaders: EtcdApi['leaders'], method: GrpcMethod): GrpcMethod {
  const check = ({ metadata }: GrpcCall) => {
    const required = metadata[REQUIRE_LEADER] === 'true'
    if (required && !leaders.known) throw noLeader()
    return required
  }
  if (method.kind === 'unary') {
    return {
      kind: 'unary',
      handle(request, call) {
        check(call)
        return method.handle(request, call)
      },
    }
  }
  return {
    kind: 'stream',
    handle(requests, call) {
      if (!check(call)) return method.handle(requests, call)
      return whileLed(leaders, call, (led) => method.handle(requests, led))
    },
  }
}

async function* whileLed(
  leaders: EtcdApi['leaders'],
  { metadata, identity, signal: called }: GrpcCall,
  serve: (call: GrpcCall) => AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  const lost = new AbortController()
  const forget = leaders.onLost(() => lost.abort(noLeader()))
  const signal = AbortSignal.any([called, lost.signal])
  try {
    yield* serve({ metadata, ...(identity && { identity }), signal })
  } finally {
    forget()
  }
  // A watch ends without an error when its signal is aborted.
  if (lost.signal.aborted) throw lost.signal.reason
}
