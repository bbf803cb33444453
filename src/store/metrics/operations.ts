import type { Clock, GrpcMethod, GrpcMethods } from '../../base/index.ts'
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
