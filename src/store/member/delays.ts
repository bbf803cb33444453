/** What took a member longer than it should, for its metrics: plain numbers, counted where it happens. */
export class MemberDelays {
  /** Heartbeats of a leader that left too late: the process, or its disk, is overloaded. */
  heartbeats = 0
  /** Entries that took long to apply. */
  applies = 0
  /** Questions for a read index that had to be put again. */
  reads = 0
  /** Snapshots that are being installed now. */
  installing = 0
  /** Told of each entry that asked for something, when it was applied. */
  onApplied: ((payload: Uint8Array, seconds: number, outcome: unknown) => void) | undefined
}

/** etcd's `--warning-apply-duration`. */
export const SLOW_APPLY_MS = 100
