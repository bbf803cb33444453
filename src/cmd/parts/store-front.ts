import type { Disk, GrpcMethods, HttpHandler, Listener, Log, OpenEngine } from '../../base/index.ts'
import {
  type ListenAt,
  levelEngines,
  processStats,
  serveGrpc,
  systemClock,
  systemDisk,
  type TlsOptions,
} from '../../platform/index.ts'
import { AlarmType } from '../../store/alarms/index.ts'
import { backupOf } from '../../store/backup/index.ts'
import { type AlarmName, metricsHttp, storeHttp } from '../../store/http/index.ts'
import type { OpenStore } from '../../store/index.ts'
import {
  countedMethods,
  durationMetrics,
  processMetrics,
  Registry,
  storeMetrics,
  handlingTimes,
  timedDisk,
  timedEngines,
  timedMethods,
} from '../../store/metrics/index.ts'
import { etcdMethods } from '../../store/rpc/index.ts'

/** Where something listens, and whether with TLS. */
type BindUrl = ListenAt & { readonly secure: boolean }

const ALARM_NAMES: Readonly<Record<number, AlarmName>> = {
  [AlarmType.noSpace]: 'NOSPACE',
  [AlarmType.corrupt]: 'CORRUPT',
}

/** What a member keeps its data with, measured from the first write on. */
export interface MeasuredStorage {
  readonly registry: Registry
  readonly disk: Disk
  readonly openEngine: OpenEngine
}

export function measuredStorage(): MeasuredStorage {
  const registry = new Registry()
  const { fsync, commit, defrag, defragmenting } = durationMetrics(registry)
  const writtenBytes = registry.counter(
    'etcd_disk_wal_write_bytes_total',
    'Bytes written to the write-ahead log.',
    [],
    'gauge',
  )
  const clock = systemClock
  return {
    registry,
    disk: timedDisk(systemDisk(), { clock, fsync, writtenBytes }),
    openEngine: timedEngines(levelEngines(), { clock, commit, defrag, defragmenting }),
  }
}

/** What a member serves its clients with: gRPC, and etcd's HTTP on the same port. */
export function storeFront(options: {
  opened: OpenStore
  storage: MeasuredStorage
  /** Where backups are made. */
  dataFolder: string
  log: Log
  /** Certificates name users: etcd's `--client-cert-auth`. Default true. */
  certificates?: boolean
  /** etcd's `--metrics=extensive`: how long calls take, too. Default false. */
  extensiveMetrics?: boolean
  /** etcd's `--enable-grpc-gateway`. Default true. */
  gateway?: boolean
  /** etcd's `--cors`, `--host-whitelist`. Default: all. */
  origins?: readonly string[]
  hosts?: readonly string[]
  /** Of a request to the gateway. */
  bodyBytesMax?: number
}): { methods: GrpcMethods; http: HttpHandler; probes: HttpHandler } {
  const { opened, storage, dataFolder, log } = options
  const { registry, disk } = storage
  const { store, state, member, delays } = opened
  const runtimeVersion = `node ${process.version}`
  storeMetrics({ registry, store, state, member, delays, runtimeVersion })
  processMetrics(registry, processStats)
  const backup = backupOf({ state, disk, folder: `${dataFolder}/backup` })
  const watched = { registry, clock: systemClock }
  const timed = timedMethods(etcdMethods({ etcd: store, backup }), watched)
  const told = options.extensiveMetrics ? handlingTimes(timed, watched) : timed
  const methods = countedMethods(told, registry)
  const asked = {
    etcd: store,
    clock: systemClock,
    metrics: registry,
    certificates: options.certificates ?? true,
    alarms: () => state.alarms.all().map(({ alarm }) => ALARM_NAMES[alarm] ?? 'CORRUPT'),
    onCheck: healthMetrics(registry),
  }
  return {
    methods,
    http: storeHttp({
      ...asked,
      methods,
      log,
      gateway: options.gateway ?? true,
      ...(options.origins && { origins: options.origins }),
      ...(options.hosts && { hosts: options.hosts }),
      ...(options.bodyBytesMax !== undefined && { bodyBytesMax: options.bodyBytesMax }),
    }),
    probes: metricsHttp(asked),
  }
}

/** etcd's `--listen-metrics-urls`: health and metrics alone, without client certificates. */
export async function serveProbes(
  urls: readonly BindUrl[],
  options: { http: HttpHandler; tls: TlsOptions | undefined; log: Log },
): Promise<Listener[]> {
  const listeners: Listener[] = []
  for (const url of urls) {
    const tls = url.secure ? options.tls : undefined
    listeners.push(
      await serveGrpc({
        ...url,
        methods: new Map(),
        http: options.http,
        log: options.log,
        ...(tls && { tls, clientCertificate: 'optional' as const }),
      }),
    )
  }
  return listeners
}

/** etcd's counters of what probes were told. */
function healthMetrics(registry: Registry) {
  const success = registry.counter('etcd_server_health_success', 'Healthy answers.')
  const failures = registry.counter('etcd_server_health_failures', 'Unhealthy answers.')
  const checks = registry.counter('etcd_server_healthchecks_total', 'Checks, by their result.', [
    'type',
    'name',
    'status',
  ])
  return ({ type, name, ok }: { type: string; name: string; ok: boolean }) => {
    if (type === 'health') (ok ? success : failures).add()
    else checks.add(1, type, name, ok ? 'success' : 'error')
  }
}
