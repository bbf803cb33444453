/** Every flag of etcd 3.4 to 3.6, with its default. `no`: parsed, and without a meaning here. */
interface EtcdFlag {
  readonly value: string
  readonly kind: 'text' | 'switch'
  readonly no?: true
}

const text = (value = ''): EtcdFlag => ({ value, kind: 'text' })
const flip = (value = 'false'): EtcdFlag => ({ value, kind: 'switch' })
const none = (value = ''): EtcdFlag => ({ value, kind: 'text', no: true })
const noFlip = (value = 'false'): EtcdFlag => ({ value, kind: 'switch', no: true })

/** Those that mean something here. */
const MEANT = {
  name: text('default'),
  'data-dir': text(),
  'wal-dir': text(),
  'config-file': text(),
  'listen-client-urls': text('http://localhost:2379'),
  'advertise-client-urls': text('http://localhost:2379'),
  'listen-peer-urls': text('http://localhost:2380'),
  'initial-advertise-peer-urls': text('http://localhost:2380'),
  'listen-metrics-urls': text(),
  'initial-cluster': text(),
  'initial-cluster-token': text('etcd-cluster'),
  'initial-cluster-state': text('new'),
  'strict-reconfig-check': flip('true'),
  'force-new-cluster': flip(),
  'heartbeat-interval': text('100'),
  'election-timeout': text('1000'),
  'snapshot-count': text('10000'),
  'snapshot-catchup-entries': text('5000'),
  'quota-backend-bytes': text('0'),
  'max-request-bytes': text('1572864'),
  'max-txn-ops': text('128'),
  'max-learners': text('1'),
  'max-concurrent-streams': text('4294967295'),
  'auto-compaction-mode': text('periodic'),
  'auto-compaction-retention': text('0'),
  'corrupt-check-time': text('0s'),
  'experimental-corrupt-check-time': text('0s'),
  'experimental-initial-corrupt-check': flip(),
  'feature-gates': text(),
  'watch-progress-notify-interval': text('10m'),
  'experimental-watch-progress-notify-interval': text('10m'),
  'experimental-max-learners': text('1'),
  'auth-token': text('simple'),
  'auth-token-ttl': text('300'),
  'bcrypt-cost': text('10'),
  'cert-file': text(),
  'key-file': text(),
  'enable-grpc-gateway': flip('true'),
  'client-cert-auth': flip(),
  'trusted-ca-file': text(),
  'auto-tls': flip(),
  'peer-cert-file': text(),
  'peer-key-file': text(),
  'peer-client-cert-auth': flip(),
  'peer-trusted-ca-file': text(),
  'peer-auto-tls': flip(),
  'tls-min-version': text('TLS1.2'),
  'log-level': text('info'),
  'log-outputs': text('default'),
  debug: flip(),
  version: flip(),
  help: flip(),
  h: flip(),
  /** Ours: learners that have caught up become voters by themselves. */
  'auto-promote-learners': flip(),
  /** Ours: where the log is archived, for restores to any revision or time. */
  'archive-dir': text(),
} satisfies Record<string, EtcdFlag>

/** The rest, which scripts for etcd may give. */
const ACCEPTED: Readonly<Record<string, EtcdFlag>> = {
  ...Object.fromEntries(
    [
      'backend-batch-interval backend-batch-limit backend-bbolt-freelist-type',
      'bootstrap-defrag-threshold-megabytes cipher-suites client-cert-file client-crl-file',
      'client-key-file compact-hash-check-time compaction-batch-limit compaction-sleep-interval',
      'cors discovery discovery-cacert discovery-cert discovery-dial-timeout discovery-endpoints',
      'discovery-fallback discovery-keepalive-time discovery-keepalive-timeout discovery-key',
      'discovery-password discovery-proxy discovery-request-timeout discovery-srv',
      'discovery-srv-name discovery-token discovery-user distributed-tracing-address',
      'distributed-tracing-instance-id distributed-tracing-sampling-rate',
      'distributed-tracing-service-name downgrade-check-time experimental-backend-bbolt-freelist-type',
      'experimental-bootstrap-defrag-threshold-megabytes experimental-compact-hash-check-time',
      'experimental-compaction-batch-limit experimental-compaction-sleep-interval',
      'experimental-distributed-tracing-address experimental-distributed-tracing-instance-id',
      'experimental-distributed-tracing-sampling-rate experimental-distributed-tracing-service-name',
      'experimental-downgrade-check-time experimental-snapshot-catchup-entries',
      'experimental-warning-apply-duration experimental-warning-unary-request-duration',
      'experimental-wait-cluster-ready-timeout grpc-keepalive-interval grpc-keepalive-min-time',
      'grpc-keepalive-timeout host-whitelist listen-client-http-urls log-format',
      'log-package-levels log-rotation-config-json logger max-snapshots max-wals metrics',
      'peer-cert-allowed-cn peer-cert-allowed-hostname peer-client-cert-file peer-client-key-file',
      'peer-crl-file proxy proxy-dial-timeout proxy-failure-wait proxy-read-timeout',
      'proxy-refresh-interval proxy-write-timeout raft-read-timeout raft-write-timeout',
      'self-signed-cert-validity tls-max-version v2-deprecation warning-apply-duration',
      'warning-unary-request-duration client-cert-allowed-hostname',
    ]
      .flatMap((line) => line.split(' '))
      .map((name) => [name, none()]),
  ),
  ...Object.fromEntries(
    [
      'discovery-insecure-skip-tls-verify discovery-insecure-transport enable-distributed-tracing',
      'enable-log-rotation enable-pprof enable-v2',
      'experimental-compact-hash-check-enabled experimental-enable-distributed-tracing',
      'experimental-enable-lease-checkpoint experimental-enable-lease-checkpoint-persist',
      'experimental-enable-v2v3 experimental-memory-mlock experimental-peer-skip-client-san-verification',
      'experimental-stop-grpc-service-on-defrag experimental-txn-mode-write-with-shared-buffer',
      'initial-election-tick-advance memory-mlock peer-skip-client-san-verification pre-vote',
      'socket-reuse-address socket-reuse-port unsafe-no-fsync',
    ]
      .flatMap((line) => line.split(' '))
      .map((name) => [name, noFlip()]),
  ),
}

export type EtcdFlagName = keyof typeof MEANT
export const ETCD_FLAGS: Readonly<Record<string, EtcdFlag>> = { ...ACCEPTED, ...MEANT }
