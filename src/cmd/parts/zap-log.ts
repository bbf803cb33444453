import { openSync, writeSync } from 'node:fs'
import type { Log, LogFields } from '../../base/index.ts'
import { rotatingFile } from '../../platform/index.ts'

export const LEVELS = ['debug', 'info', 'warn', 'error'] as const
export type Level = (typeof LEVELS)[number]

export interface ZapOptions {
  readonly level: Level
  readonly format: 'json' | 'console'
  /** `stdout`, `stderr`, `default`, or a file. */
  readonly outputs: readonly string[]
  /** Files are put aside when they have grown. */
  readonly rotation?: { readonly maxBytes: number; readonly maxBackups?: number } | undefined
}

/** Lines in the form of etcd's own (zap's): scripts wait for some of them. */
export function zapLog({ level: least, format, outputs, rotation }: ZapOptions): Log {
  const writers = outputs.map((output) => writerTo(output, rotation))
  const from = LEVELS.indexOf(least)
  const lineOf = format === 'json' ? jsonLine : consoleLine
  return logOf({}, (level, fields, msg) => {
    if (LEVELS.indexOf(level) < from) return
    const { caller = 'navarch', ...rest } = fields
    const line = lineOf({ level, ts: new Date().toISOString(), caller, msg }, readable(rest))
    for (const write of writers) write(line)
  })
}

interface Head {
  readonly level: Level
  readonly ts: string
  readonly caller: unknown
  readonly msg: string
}

const jsonLine = (head: Head, fields: LogFields) => JSON.stringify({ ...head, ...fields })

function consoleLine({ level, ts, caller, msg }: Head, fields: LogFields): string {
  const rest = Object.keys(fields).length > 0 ? [JSON.stringify(fields)] : []
  return [ts, level, String(caller), msg, ...rest].join('\t')
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

function writerTo(output: string, rotation: ZapOptions['rotation']): (line: string) => void {
  if (output === 'stdout') return (line) => write(1, line)
  const isStandard = ['stderr', 'default', '', 'systemd/journal'].includes(output)
  // systemd takes what a service says there into its journal.
  if (isStandard) return (line) => write(2, line)
  if (!rotation) {
    const fd = openSync(output, 'a')
    return (line) => write(fd, line)
  }
  const file = rotatingFile({ path: output, ...rotation })
  return (line) => attempt(() => file.write(line))
}

function readable(fields: LogFields): LogFields {
  const entries = Object.entries(fields).map(([name, value]) => {
    if (value instanceof Error) return [name, value.message]
    return [name, typeof value === 'bigint' ? value.toString(16) : value]
  })
  return Object.fromEntries(entries)
}

function write(fd: number, line: string): void {
  attempt(() => writeSync(fd, `${line}\n`))
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    // A pipe that nobody reads, or a full disk: work goes on without the line.
  }
}
