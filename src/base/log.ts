export type LogFields = Readonly<Record<string, unknown>>

/**
 * Structured logging: a constant message and fields. Field values are never secrets: no key,
 * token, Secret data or request body is handed to a log.
 */
export interface Log {
  debug(message: string, fields?: LogFields): void
  info(message: string, fields?: LogFields): void
  warn(message: string, fields?: LogFields): void
  error(message: string, fields?: LogFields): void
  /** A log whose lines all carry `fields`, such as `{ component: 'raft' }`. */
  child(fields: LogFields): Log
}

/** A log that keeps nothing. */
export const silentLog: Log = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  child: () => silentLog,
}
