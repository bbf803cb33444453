/** The log is not what was written. `message` names file, offset and remedy, for the operator. */
export class WalDamagedError extends Error {
  override readonly name = 'WalDamagedError'
  readonly path: string
  readonly offset: number
  constructor(path: string, offset: number, what: string) {
    super(
      `${path}: the log is damaged at offset ${offset} (${what}); nothing was changed. ` +
        'If other members are sound, save a backup from them; then restore a backup to all members',
    )
    this.path = path
    this.offset = offset
  }
}

/** The log belongs to another member or cluster than the one that was configured. */
export class WalIdentityError extends Error {
  override readonly name = 'WalIdentityError'
}
