/** The log is not what was written. `message` names file, offset and remedy, for the operator. */
export class WalDamagedError extends Error {
  override readonly name = 'WalDamagedError'
  readonly path: string
  readonly offset: number
  constructor(path: string, offset: number, what: string) {
    super(
      `${path}: the log is damaged at offset ${offset} (${what}); nothing was changed. ` +
        'If this is one of several members, remove it from the cluster and add it again with an ' +
        'empty data folder, so that its peers rebuild it; otherwise restore a backup',
    )
    this.path = path
    this.offset = offset
  }
}

/** The log belongs to another member or cluster than the one that was configured. */
export class WalIdentityError extends Error {
  override readonly name = 'WalIdentityError'
}
