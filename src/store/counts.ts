/**
 * What a member has done since it started, for its metrics: plain numbers, so that counting costs
 * nothing where it happens.
 */
export class Counts {
  puts = 0
  putBytes = 0
  deletes = 0
  /** Entries with more than one change. */
  txns = 0
  ranges = 0
  leasesGranted = 0
  leasesRevoked = 0
  leasesRenewed = 0
  leasesExpired = 0
  /** Told of each lease that is granted. */
  onLeaseGranted: ((ttlSeconds: number) => void) | undefined
  proposalsPending = 0
  proposalsFailed = 0
  readIndexesFailed = 0
  leaderChanges = 0
  /** When the last compaction was carried out, in Unix time; 0: never. */
  compactedMs = 0
  learnersPromoted = 0
  /** By etcd's reasons. */
  readonly learnersRefused = new Map<string, number>()
}
