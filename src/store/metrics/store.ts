import type { EtcdStore, MemberDelays, MemberStatus } from '../index.ts'
import { ETCD_VERSION } from '../index.ts'
import type { EtcdState } from '../etcd-state.ts'
import { appliedMetrics } from './applied.ts'
import { type Counter, exponentialBounds, type Histogram, type Registry } from './registry.ts'

/** What the durations of the log and of the state's engine are told to, from the first write on. */
export interface DurationMetrics {
  readonly fsync: Histogram
  readonly commit: Histogram
  readonly defrag: Histogram
  /** Defragmentations under way. */
  readonly defragmenting: Counter
}

/** Bounds as in etcd: from one millisecond doubling, and for a defragmentation from 100 ms. */
export function durationMetrics(registry: Registry): DurationMetrics {
  const fine = exponentialBounds(0.001, 2, 14)
  return {
    fsync: registry.histogram(
      'etcd_disk_wal_fsync_duration_seconds',
      'Time until what was written to the write-ahead log is durable.',
      fine,
    ),
    commit: registry.histogram(
      'etcd_disk_backend_commit_duration_seconds',
      'Time to write a batch of the state durably.',
      fine,
    ),
    defrag: registry.histogram(
      'etcd_disk_backend_defrag_duration_seconds',
      'Time of a defragmentation.',
      exponentialBounds(0.1, 2, 13),
    ),
    defragmenting: registry.counter(
      'etcd_disk_defrag_inflight',
      'Whether a defragmentation is under way.',
      [],
      'gauge',
    ),
  }
}

export interface StoreMetricsOptions {
  readonly registry: Registry
  readonly store: EtcdStore
  readonly state: EtcdState
  readonly member: { status(): MemberStatus }
  readonly delays: MemberDelays
  /** Of the runtime, for the place where etcd tells Go's version. */
  readonly runtimeVersion?: string
}

/** A member's metrics under etcd's names, so that dashboards and alerts made for etcd work. */
export function storeMetrics(options: StoreMetricsOptions): void {
  serverMetrics(options)
  proposalMetrics(options)
  sizeMetrics(options)
  keyMetrics(options)
  leaseMetrics(options)
  delayMetrics(options)
}

function serverMetrics({ registry, member, runtimeVersion, store }: StoreMetricsOptions): void {
  const { id } = member.status()
  const is = (truth: boolean) => (truth ? 1 : 0)
  registry.info('etcd_server_version', 'Which version is running.', {
    server_version: ETCD_VERSION,
  })
  const [major, minor] = ETCD_VERSION.split('.')
  registry.info('etcd_cluster_version', 'Which version the cluster runs at.', {
    cluster_version: `${major}.${minor}`,
  })
  registry.info('etcd_server_id', "The member's id, in hexadecimal.", {
    server_id: id.toString(16),
  })
  if (runtimeVersion !== undefined) {
    registry.info('etcd_server_go_version', 'The runtime that serves, in place of Go.', {
      server_go_version: runtimeVersion,
    })
  }
  registry.ask('etcd_server_has_leader', 'Whether a leader is known.', () =>
    is(member.status().leader !== 0),
  )
  registry.ask('etcd_server_is_leader', 'Whether this member leads.', () =>
    is(member.status().role === 'leader'),
  )
  registry.ask('etcd_server_is_learner', 'Whether this member is a learner.', () =>
    is(member.status().role === 'learner'),
  )
  registry.ask(
    'etcd_server_leader_changes_seen_total',
    'Changes of leader that this member has seen.',
    () => store.counts.leaderChanges,
    'counter',
  )
}

function proposalMetrics({ registry, member, store }: StoreMetricsOptions): void {
  const { counts } = store
  registry.ask(
    'etcd_server_proposals_committed_total',
    'Entries known to be committed.',
    () => member.status().commitIndex,
  )
  registry.ask(
    'etcd_server_proposals_applied_total',
    'Entries applied.',
    () => member.status().appliedIndex,
  )
  registry.ask(
    'etcd_server_proposals_pending',
    'Proposals that wait to be applied.',
    () => counts.proposalsPending,
  )
  registry.ask(
    'etcd_server_proposals_failed_total',
    'Proposals that failed.',
    () => counts.proposalsFailed,
    'counter',
  )
  registry.ask(
    'etcd_server_read_indexes_failed_total',
    'Linearizable reads for which no read index was had.',
    () => counts.readIndexesFailed,
    'counter',
  )
}

function delayMetrics({ registry, delays, store, state }: StoreMetricsOptions): void {
  delays.onApplied = appliedMetrics(registry)
  const count = (name: string, help: string, ask: () => number) =>
    registry.ask(`etcd_${name}`, help, ask, 'counter')
  count(
    'server_heartbeat_send_failures_total',
    'Heartbeats of the leader that left too late, as it or its disk is overloaded.',
    () => delays.heartbeats,
  )
  count('server_slow_apply_total', 'Entries that took long to apply.', () => delays.applies)
  count(
    'server_slow_read_indexes_total',
    'Read indexes that were not had in time from the leader.',
    () => delays.reads,
  )
  registry.ask(
    'etcd_server_snapshot_apply_in_progress_total',
    'Whether a snapshot of the leader is being applied.',
    () => delays.installing,
  )
  const { counts } = store
  count(
    'server_learner_promote_successes',
    'Learners that were promoted through this member.',
    () => counts.learnersPromoted,
  )
  registry.labelled(
    'etcd_server_learner_promote_failures',
    'Learners that were not, by the reason.',
    'Reason',
    () => counts.learnersRefused,
  )
  count(
    'debugging_mvcc_db_compaction_keys_total',
    'Revisions that compactions removed.',
    () => state.mvcc.compactedRevisions,
  )
  registry.ask(
    'etcd_debugging_mvcc_db_compaction_last',
    'When the last compaction was carried out, in Unix time.',
    () => Math.floor(counts.compactedMs / 1000),
  )
  registry.ask(
    'etcd_mvcc_db_open_read_transactions',
    'Readers that hold the state as it was when they began.',
    () => state.mvcc.readers,
  )
}

function sizeMetrics({ registry, store }: StoreMetricsOptions): void {
  const { signal } = new AbortController()
  const size = async (pick: 'dbSizeBytes' | 'dbSizeInUseBytes' | 'dbSizeQuotaBytes') =>
    (await store.status({ signal }))[pick]
  registry.ask('etcd_mvcc_db_total_size_in_bytes', 'Size of the database on disk.', () =>
    size('dbSizeBytes'),
  )
  registry.ask('etcd_mvcc_db_total_size_in_use_in_bytes', 'Size that holds data.', () =>
    size('dbSizeInUseBytes'),
  )
  registry.ask('etcd_debugging_mvcc_db_total_size_in_bytes', 'Size of the database on disk.', () =>
    size('dbSizeBytes'),
  )
  registry.ask('etcd_server_quota_backend_bytes', 'Space quota.', () => size('dbSizeQuotaBytes'))
}

function keyMetrics({ registry, store, state }: StoreMetricsOptions): void {
  const { counts } = store
  const count = (name: string, help: string, ask: () => number) => {
    registry.ask(`etcd_mvcc_${name}`, help, ask, 'counter')
    // Dashboards of before 3.4 have these.
    registry.ask(`etcd_debugging_mvcc_${name}`, help, ask, 'counter')
  }
  count('put_total', 'Keys put.', () => counts.puts)
  count('delete_total', 'Keys deleted.', () => counts.deletes)
  count('txn_total', 'Entries with several changes.', () => counts.txns)
  count('range_total', 'Ranges read.', () => counts.ranges)
  const gauge = (name: string, help: string, ask: () => number) =>
    registry.ask(`etcd_debugging_mvcc_${name}`, help, ask)
  gauge('current_revision', 'The newest revision.', () => state.mvcc.revision)
  gauge('compact_revision', 'The revision up to which history is gone.', () =>
    Math.max(0, state.mvcc.compactRevision),
  )
  gauge('keys_total', 'Keys in the index.', () => state.mvcc.index.size)
  gauge('total_put_size_in_bytes', 'Bytes of keys and values put.', () => counts.putBytes)
  gauge('watch_stream_total', 'Streams of watchers.', () => store.watches.streams)
  gauge('watcher_total', 'Watchers.', () => store.watches.watchers)
  gauge('slow_watcher_total', 'Watchers that are behind.', () => store.watches.behind)
  registry.ask(
    'etcd_debugging_mvcc_events_total',
    'Events handed to watchers.',
    () => store.watches.events,
    'counter',
  )
  registry.ask(
    'etcd_debugging_auth_revision',
    'The revision of users and roles.',
    () => state.auth.revision,
  )
}

function leaseMetrics({ registry, store }: StoreMetricsOptions): void {
  const { counts } = store
  const ttls = registry.histogram(
    'etcd_debugging_lease_ttl_total',
    'Seconds that leases were granted for.',
    exponentialBounds(1, 2, 24),
  )
  counts.onLeaseGranted = (ttlSeconds) => ttls.observe(ttlSeconds)
  const count = (name: string, help: string, ask: () => number) =>
    registry.ask(`etcd_debugging_${name}`, help, ask, 'counter')
  count('lease_granted_total', 'Leases granted.', () => counts.leasesGranted)
  count('lease_revoked_total', 'Leases revoked.', () => counts.leasesRevoked)
  count('lease_renewed_total', 'Renewals of leases.', () => counts.leasesRenewed)
  count('server_lease_expired_total', 'Leases that ran out.', () => counts.leasesExpired)
}
