import { ALIASES, ETCD_FLAGS, type EtcdFlagName } from './etcd-flag-table.ts'

/** What each flag that has an effect says, in etcd's groups. */
const GROUPS = {
  Member: {
    name: 'this member’s name',
    'data-dir': 'its folder; default: NAME.etcd',
    'wal-dir': 'where its log is; default: in that folder',
    'config-file': 'YAML file with all settings; other flags and variables do not count then',
    'listen-client-urls': 'where it listens for clients, separated by commas',
    'listen-client-http-urls': 'where it serves HTTP apart from gRPC; default: the same',
    'listen-peer-urls': 'where it listens for the other members',
    'heartbeat-interval': 'milliseconds between heartbeats of a leader',
    'election-timeout': 'milliseconds of silence before an election',
    'snapshot-count': 'changes after which the state is made durable and the log is cut',
    'snapshot-catchup-entries': 'changes kept after that for members that are behind',
    'quota-backend-bytes': 'how large the data may become; 0: 2 GiB, less than 0: no bound',
    'max-request-bytes': 'size of the largest request',
    'max-txn-ops': 'operations in a transaction',
    'max-concurrent-streams': 'requests at a time on one connection',
    'grpc-keepalive-min-time': 'least time between two pings of a client',
    'grpc-keepalive-interval': 'silence after which a client is pinged',
    'grpc-keepalive-timeout': 'how long its answer may take',
    'watch-progress-notify-interval': 'how often watches that want it are told of the revision',
  },
  Clustering: {
    'initial-advertise-peer-urls': 'where the other members reach this one',
    'initial-cluster': 'all members, as NAME=URL,NAME=URL',
    'initial-cluster-state': 'new, or existing for who joins',
    'initial-cluster-token': 'what tells clusters of the same members apart',
    'advertise-client-urls': 'where clients reach this member',
    'strict-reconfig-check': 'whether changes of the members that endanger the quorum are refused',
    'pre-vote': 'whether a member asks first if it would be elected',
    'max-learners': 'members at a time that do not vote yet',
    'auto-promote-learners': 'whether learners vote once they have caught up (not etcd’s)',
    'auto-compaction-retention': 'history that is kept: hours, a duration, or revisions; 0: all',
    'auto-compaction-mode': 'periodic (time) or revision',
    'archive-dir': 'folder the log is archived in, to restore any moment (not etcd’s)',
  },
  Security: {
    'cert-file': 'certificate shown to clients',
    'key-file': 'its key',
    'client-cert-auth': 'whether clients need a certificate',
    'client-crl-file': 'revoked certificates of clients',
    'client-cert-allowed-hostname': 'name that a client’s certificate has to be for',
    'trusted-ca-file': 'authority of the clients’ certificates',
    'auto-tls': 'make a certificate for clients to see',
    'peer-cert-file': 'certificate shown to members',
    'peer-key-file': 'its key',
    'peer-client-cert-auth': 'whether members need a certificate',
    'peer-client-cert-file': 'certificate for connections to members; default: the same',
    'peer-client-key-file': 'its key',
    'peer-trusted-ca-file': 'authority of the members’ certificates',
    'peer-cert-allowed-cn': 'common name that a member’s certificate has to have',
    'peer-cert-allowed-hostname': 'name that a member’s certificate has to be for',
    'peer-skip-client-san-verification': 'whether a member may come from any address',
    'peer-auto-tls': 'make a certificate for members to see',
    'peer-crl-file': 'revoked certificates of members',
    'self-signed-cert-validity': 'years that a certificate made here is valid',
    'cipher-suites': 'ciphers that are taken, with Go’s names',
    'tls-min-version': 'oldest TLS that is spoken: TLS1.2 or TLS1.3',
    'tls-max-version': 'newest; default: any',
    cors: 'origins whose web pages may ask, separated by commas',
    'host-whitelist': 'names that a request without TLS may be sent to',
  },
  Auth: {
    'auth-token': 'simple, or jwt with its options',
    'bcrypt-cost': 'work put into a password’s hash',
    'auth-token-ttl': 'seconds that a simple token lives unused',
  },
  'Profiling and Monitoring': {
    'listen-metrics-urls': 'where /metrics and /health are served as well',
    metrics: 'basic, or extensive: with the time that calls take',
    'corrupt-check-time': 'how often the leader compares the members’ data; 0s: never',
  },
  Logging: {
    logger: 'zap is the only one',
    'log-outputs': 'stderr, stdout, files; default: stderr',
    'log-level': 'debug, info, warn, error, panic or fatal',
    'log-format': 'json or console',
    'enable-log-rotation': 'whether files are rotated',
    'log-rotation-config-json': 'when: maxsize is in megabytes',
  },
  'JSON gateway': {
    'enable-grpc-gateway': 'whether /v3/… answers JSON over HTTP',
  },
  Features: {
    'feature-gates': 'InitialCorruptCheck=true compares the data with the others’ before serving',
  },
  Unsafe: {
    'force-new-cluster': 'go on alone, as a cluster of one, with this member’s data',
  },
} satisfies Readonly<Record<string, Partial<Record<EtcdFlagName, string>>>>

const OLDER = {
  debug: 'now --log-level=debug',
  'experimental-initial-corrupt-check': 'now --feature-gates=InitialCorruptCheck=true',
} satisfies Partial<Record<EtcdFlagName, string>>

/** `navarch etcd --help`. */
export function etcdHelp(): string {
  const groups = Object.entries<Readonly<Record<string, string>>>(GROUPS).map(([title, words]) =>
    section(title, Object.entries(words)),
  )
  const aliases = Object.entries(ALIASES).map(([old, name]) => [old, `now --${name}`] as const)
  const older = [...Object.entries(OLDER), ...aliases]
  return `Usage:

  navarch etcd [flags]      one member of a cluster, with etcd's flags
  navarch etcd --version
  navarch etcd --help

A variable ETCD_NAME stands for --name, and so on. Flags of etcd that are not here are taken without
effect, with a warning that says why, or refused: docs/store.md lists them.

${[...groups, section('Deprecated names', older)].join('\n\n')}`
}

function section(title: string, flags: readonly (readonly [name: string, words: string])[]) {
  const lines = flags.map(([name, words]) => {
    const { value = '' } = ETCD_FLAGS[name] ?? {}
    return `  --${name}${value && ` '${value}'`}\n      ${words}`
  })
  return `${title}:\n${lines.join('\n')}`
}
