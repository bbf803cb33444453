import type { Clock, GrpcMethod, GrpcMethods } from '../../base/index.ts'
import { typeOf } from './grpc.ts'
import { exponentialBounds, type Histogram, type Registry } from './registry.ts'

/** Times the calls whose durations etcd tells: hashes, and backups. */
export function timedMethods(
  methods: GrpcMethods,
  { registry, clock }: { registry: Registry; clock: Clock },
): GrpcMethods {
  const histogram = (name: string, help: string) =>
    registry.histogram(name, help, exponentialBounds(0.01, 2, 15))
  const timed = new Map([
    [
      '/etcdserverpb.Maintenance/Hash',
      histogram('etcd_mvcc_hash_duration_seconds', 'Time to hash the whole state.'),
    ],
    [
      '/etcdserverpb.Maintenance/HashKV',
      histogram('etcd_mvcc_hash_rev_duration_seconds', 'Time to hash the keys at a revision.'),
    ],
    [
      '/etcdserverpb.Maintenance/Snapshot',
      histogram('etcd_disk_backend_snapshot_duration_seconds', 'Time of a backup.'),
    ],
  ])
  return new Map(
    [...methods].map(([path, method]) => {
      const durations = timed.get(path)
      return [path, durations ? timedMethod(method, durations, clock) : method]
    }),
  )
}

function timedMethod(method: GrpcMethod, durations: Histogram, clock: Clock): GrpcMethod {
  const since = (startMs: number) => durations.observe((clock.monotonicMs() - startMs) / 1000)
  if (method.kind === 'unary') {
    return {
      kind: 'unary',
      async handle(request, call) {
        const startMs = clock.monotonicMs()
        const answer = await method.handle(request, call)
        since(startMs)
        return answer
      },
    }
  }
  return {
    kind: 'stream',
    async *handle(requests, call) {
      const startMs = clock.monotonicMs()
      yield* method.handle(requests, call)
      since(startMs)
    },
  }
}

/** Prometheus' usual bounds. */
const SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** How long every call takes until its end (etcd's `--metrics=extensive`), however it ends. */
export function handlingTimes(
  methods: GrpcMethods,
  { registry, clock }: { registry: Registry; clock: Clock },
): GrpcMethods {
  const labels = ['grpc_type', 'grpc_service', 'grpc_method']
  const name = 'grpc_server_handling_seconds'
  const durations = registry.histograms(name, 'Time until a call has ended.', SECONDS, ...labels)
  return new Map(
    [...methods].map(([path, method]) => {
      const [, service = '', called = ''] = path.split('/')
      const histogram = durations(typeOf(path), service, called)
      return [path, whollyTimed(method, histogram, clock)]
    }),
  )
}

function whollyTimed(method: GrpcMethod, durations: Histogram, clock: Clock): GrpcMethod {
  const since = (startMs: number) => durations.observe((clock.monotonicMs() - startMs) / 1000)
  if (method.kind === 'unary') {
    return {
      kind: 'unary',
      async handle(request, call) {
        const startMs = clock.monotonicMs()
        try {
          return await method.handle(request, call)
        } finally {
          since(startMs)
        }
      },
    }
  }
  return {
    kind: 'stream',
    async *handle(requests, call) {
      const startMs = clock.monotonicMs()
      try {
        yield* method.handle(requests, call)
      } finally {
        since(startMs)
      }
    },
  }
}
