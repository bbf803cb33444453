/**
 * `number` is Go's uint, `integer` may be negative, `duration` is Go's, `switch` needs no value. Of
 * `ignored` and `refused` the text says why.
 */
export interface EtcdFlag {
  readonly value: string
  readonly kind: 'text' | 'switch' | 'number' | 'integer' | 'duration'
  /** Parsed, told to be without effect, and so it is. */
  readonly ignored?: string
  /** Given with any other value than its default, it ends the start. */
  readonly refused?: string
}

const text = (value = ''): EtcdFlag => ({ value, kind: 'text' })
const flip = (value = 'false'): EtcdFlag => ({ value, kind: 'switch' })
const number = (value: string): EtcdFlag => ({ value, kind: 'number' })
const duration = (value: string): EtcdFlag => ({ value, kind: 'duration' })

/** Those that mean something here. */
const MEANT = {
  name: text('default'),
  'data-dir': text(),
  'wal-dir': text(),
  'config-file': text(),
  'listen-client-urls': text('http://localhost:2379'),
  'listen-client-http-urls': text(),
  'advertise-client-urls': text('http://localhost:2379'),
  'listen-peer-urls': text('http://localhost:2380'),
  'initial-advertise-peer-urls': text('http://localhost:2380'),
  'listen-metrics-urls': text(),
  metrics: text('basic'),
  'initial-cluster': text(),
  'initial-cluster-token': text('etcd-cluster'),
  'initial-cluster-state': text('new'),
  'strict-reconfig-check': flip('true'),
  'pre-vote': flip('true'),
  'force-new-cluster': flip(),
  'heartbeat-interval': number('100'),
  'election-timeout': number('1000'),
  'snapshot-count': number('10000'),
  'snapshot-catchup-entries': number('5000'),
  'quota-backend-bytes': { value: '0', kind: 'integer' },
  'max-request-bytes': number('1572864'),
  'max-txn-ops': number('128'),
  'max-learners': number('1'),
  'max-concurrent-streams': number('4294967295'),
  'grpc-keepalive-min-time': duration('5s'),
  'grpc-keepalive-interval': duration('2h'),
  'grpc-keepalive-timeout': duration('20s'),
  'auto-compaction-mode': text('periodic'),
  'auto-compaction-retention': text('0'),
  'corrupt-check-time': duration('0s'),
  'experimental-initial-corrupt-check': flip(),
  /** Of its gates `InitialCorruptCheck` means something here. */
  'feature-gates': text(),
  'watch-progress-notify-interval': duration('10m'),
  'auth-token': text('simple'),
  'auth-token-ttl': number('300'),
  'bcrypt-cost': number('10'),
  'enable-grpc-gateway': flip('true'),
  cors: text('*'),
  'host-whitelist': text('*'),
  'cert-file': text(),
  'key-file': text(),
  'client-cert-auth': flip(),
  'client-crl-file': text(),
  'client-cert-allowed-hostname': text(),
  'trusted-ca-file': text(),
  'auto-tls': flip(),
  'peer-cert-file': text(),
  'peer-key-file': text(),
  'peer-client-cert-auth': flip(),
  'peer-client-cert-file': text(),
  'peer-client-key-file': text(),
  'peer-crl-file': text(),
  'peer-cert-allowed-cn': text(),
  'peer-cert-allowed-hostname': text(),
  'peer-skip-client-san-verification': flip(),
  'peer-trusted-ca-file': text(),
  'peer-auto-tls': flip(),
  'self-signed-cert-validity': number('1'),
  'cipher-suites': text(),
  'tls-min-version': text('TLS1.2'),
  'tls-max-version': text(),
  logger: text('zap'),
  'log-level': text('info'),
  'log-format': text('json'),
  'log-outputs': text('default'),
  'enable-log-rotation': flip(),
  'log-rotation-config-json': text('{"maxsize": 100, "maxage": 0, "maxbackups": 0}'),
  debug: flip(),
  version: flip(),
  help: flip(),
  h: flip(),
  /** Ours: learners that have caught up become voters by themselves. */
  'auto-promote-learners': flip(),
  /** Ours: where the log is archived, for restores to any revision or time. */
  'archive-dir': text(),
} satisfies Record<string, EtcdFlag>

/** Older names of the same. */
export const ALIASES: Readonly<Record<string, EtcdFlagName>> = {
  'experimental-corrupt-check-time': 'corrupt-check-time',
  'experimental-max-learners': 'max-learners',
  'experimental-peer-skip-client-san-verification': 'peer-skip-client-san-verification',
  'experimental-snapshot-catchup-entries': 'snapshot-catchup-entries',
  'experimental-watch-progress-notify-interval': 'watch-progress-notify-interval',
}

/** Why some have no effect. Those that end with `?` are switches. */
const IGNORED: readonly (readonly [why: string, names: string])[] = [
  [
    'the state is not a bbolt file',
    'backend-batch-interval backend-batch-limit backend-bbolt-freelist-type ' +
      'bootstrap-defrag-threshold-megabytes experimental-backend-bbolt-freelist-type ' +
      'experimental-bootstrap-defrag-threshold-megabytes ' +
      'experimental-stop-grpc-service-on-defrag? experimental-txn-mode-write-with-shared-buffer?',
  ],
  [
    'compaction yields to everything else by itself',
    'compaction-batch-limit compaction-sleep-interval experimental-compaction-batch-limit ' +
      'experimental-compaction-sleep-interval',
  ],
  [
    'members are compared by --corrupt-check-time, while they run',
    'compact-hash-check-time experimental-compact-hash-check-time ' +
      'experimental-compact-hash-check-enabled?',
  ],
  ['whatever nothing needs any more is removed', 'max-snapshots max-wals'],
  ['what is acknowledged is always on the disk', 'unsafe-no-fsync?'],
  [
    'leases are always checkpointed',
    'experimental-enable-lease-checkpoint? experimental-enable-lease-checkpoint-persist?',
  ],
  ['connections between members are watched by heartbeats', 'raft-read-timeout raft-write-timeout'],
  ['an election begins when it is due', 'initial-election-tick-advance?'],
  ['the gateway calls the member without a connection', 'client-cert-file client-key-file'],
  [
    'no request is traced',
    'warning-apply-duration warning-unary-request-duration ' +
      'experimental-warning-apply-duration experimental-warning-unary-request-duration ' +
      'distributed-tracing-address distributed-tracing-instance-id ' +
      'distributed-tracing-sampling-rate distributed-tracing-service-name ' +
      'enable-distributed-tracing? experimental-distributed-tracing-address ' +
      'experimental-distributed-tracing-instance-id experimental-distributed-tracing-sampling-rate ' +
      'experimental-distributed-tracing-service-name experimental-enable-distributed-tracing?',
  ],
  [
    'Node has it not',
    'enable-pprof? memory-mlock? experimental-memory-mlock? ' +
      'socket-reuse-address? socket-reuse-port?',
  ],
  ['no cluster is downgraded', 'downgrade-check-time experimental-downgrade-check-time'],
  [
    'a member that starts serves once it has found its cluster',
    'experimental-wait-cluster-ready-timeout',
  ],
  ['levels are for everything: --log-level', 'log-package-levels'],
  [
    'there is no v2 API',
    'enable-v2? experimental-enable-v2v3? v2-deprecation ' +
      'proxy-dial-timeout proxy-failure-wait proxy-read-timeout proxy-refresh-interval ' +
      'proxy-write-timeout',
  ],
  [
    'there is no discovery',
    'discovery-cacert discovery-cert discovery-dial-timeout ' +
      'discovery-fallback discovery-insecure-skip-tls-verify? discovery-insecure-transport? ' +
      'discovery-keepalive-time discovery-keepalive-timeout discovery-key discovery-password ' +
      'discovery-proxy discovery-request-timeout discovery-srv-name discovery-user',
  ],
]

const BY_DISCOVERY = 'members are not discovered here: name them in --initial-cluster'
const REFUSED: Readonly<Record<string, EtcdFlag>> = {
  discovery: { ...text(), refused: BY_DISCOVERY },
  'discovery-endpoints': { ...text(), refused: BY_DISCOVERY },
  'discovery-srv': { ...text(), refused: BY_DISCOVERY },
  'discovery-token': { ...text(), refused: BY_DISCOVERY },
  proxy: { ...text('off'), refused: 'the v2 proxy is not here, and has gone from etcd' },
}

function ignoredFlags(): Record<string, EtcdFlag> {
  const flags: Record<string, EtcdFlag> = {}
  for (const [why, names] of IGNORED) {
    for (const each of names.split(' ')) {
      const name = each.replace('?', '')
      flags[name] = { ...(name === each ? text() : flip()), ignored: why }
    }
  }
  return flags
}

export type EtcdFlagName = keyof typeof MEANT

/** Every flag of etcd 3.4 to 3.6, and ours. */
export const ETCD_FLAGS: Readonly<Record<string, EtcdFlag>> = {
  ...ignoredFlags(),
  ...REFUSED,
  ...Object.fromEntries(Object.entries(ALIASES).map(([old, name]) => [old, MEANT[name]])),
  ...MEANT,
}
