import { pino } from 'pino'
import type { Log, LogFields } from '../base/index.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent'

const PENDING_BYTES_MAX = 1024 * 1024

/**
 * Structured lines (JSON) to a file, or to standard error when no `path` is given. Written
 * synchronously, so that the last line before a kill is there. Default level: `info`.
 */
export function openLog(options: { path?: string; level?: LogLevel; name?: string } = {}): Log {
  const destination = pino.destination({
    dest: options.path ?? 2,
    sync: true,
    mkdir: true,
    maxLength: PENDING_BYTES_MAX,
  })
  // Lines that a full disk has no room for wait for some, then go; work goes on without them.
  destination.on('error', () => undefined)
  const logger = pino(
    {
      level: options.level ?? 'info',
      base: options.name === undefined ? null : { name: options.name },
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: pino.stdSerializers.err, err: pino.stdSerializers.err },
    },
    destination,
  )
  return wrap(logger)
}

interface PinoLike {
  debug(fields: LogFields, message: string): void
  info(fields: LogFields, message: string): void
  warn(fields: LogFields, message: string): void
  error(fields: LogFields, message: string): void
  child(fields: LogFields): PinoLike
}

function wrap(logger: PinoLike): Log {
  return {
    debug: (message, fields = {}) => logger.debug(fields, message),
    info: (message, fields = {}) => logger.info(fields, message),
    warn: (message, fields = {}) => logger.warn(fields, message),
    error: (message, fields = {}) => logger.error(fields, message),
    child: (fields) => wrap(logger.child(fields)),
  }
}
