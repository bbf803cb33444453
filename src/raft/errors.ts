/** The entries asked for were compacted away: a snapshot has taken their place. */
export class CompactedError extends Error {
  override readonly name = 'CompactedError'
  constructor() {
    super('requested index is unavailable due to compaction')
  }
}

/** The entries asked for are beyond the end of the log. */
export class UnavailableError extends Error {
  override readonly name = 'UnavailableError'
  constructor() {
    super('requested entry at index is unavailable')
  }
}

/** The snapshot is older than the one the storage already has. */
export class SnapshotOutOfDateError extends Error {
  override readonly name = 'SnapshotOutOfDateError'
  constructor() {
    super('requested index is older than the existing snapshot')
  }
}

/** A snapshot is being prepared: ask again later. */
export class SnapshotTemporarilyUnavailableError extends Error {
  override readonly name = 'SnapshotTemporarilyUnavailableError'
  constructor() {
    super('snapshot is temporarily unavailable')
  }
}

/** The configuration handed to `RawNode` makes no sense; the message names the field. */
export class RaftConfigError extends Error {
  override readonly name = 'RaftConfigError'
}

/** A configuration change that would break the group: more than one voter, leaving what was not joined. */
export class ConfChangeError extends Error {
  override readonly name = 'ConfChangeError'
}
