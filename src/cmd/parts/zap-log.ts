import { openSync, writeSync } from 'node:fs'
import type { Log, LogFields } from '../../base/index.ts'

const LEVELS = ['debug', 'info', 'warn', 'error'] as const
type Level = (typeof LEVELS)[number]

/** Lines in the form of etcd's own (zap's JSON): scripts wait for some of them. */
export function zapLog(options: { level: string; outputs: string }): Log {
  const fds = options.outputs.split(',').map(descriptorOf)
  const from = Math.max(0, LEVELS.indexOf(options.level as Level))
  return logOf({}, (level, fields, msg) => {
    if (LEVELS.indexOf(level) < from) return
    const { caller = 'navarch', ...rest } = fields
    const line = { level, ts: new Date().toISOString(), caller, msg, ...readable(rest) }
    for (const fd of fds) write(fd, `${JSON.stringify(line)}\n`)
  })
}

function logOf(
  common: LogFields,
  write: (level: Level, fields: LogFields, message: string) => void,
): Log {
  const at =
    (level: Level) =>
    (message: string, fields: LogFields = {}) =>
      write(level, { ...common, ...fields }, message)
  return {
    debug: at('debug'),
    info: at('info'),
    warn: at('warn'),
    error: at('error'),
    child: (fields) => logOf({ ...common, ...fields }, write),
  }
}

function descriptorOf(output: string): number {
  if (output === 'stdout') return 1
  if (output === 'stderr' || output === 'default' || output === '') return 2
  return openSync(output, 'a')
}

function readable(fields: LogFields): LogFields {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (value instanceof Error) return [name, value.message]
    return [name, typeof value === 'bigint' ? value.toString(16) : value]
  })
  return Object.fromEntries(entries)
}

function write(fd: number, line: string): void {
  try {
    writeSync(fd, line)
  } catch {
    // A pipe that nobody reads, or a full disk: work goes on without the line.
  }
}
