import { Command, InvalidArgumentError, Option } from 'commander'
import type { CallContext, CliPorts } from './ports.ts'

/** A command with what all have. */
export function command(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .option('--data-dir <folder>', 'where the cluster keeps all its state (default: .navarch)')
}

export interface CommonOptions {
  readonly dataDir?: string
}

export function outputOption(): Option {
  return new Option('-o, --output <format>', 'how to print')
    .choices(['table', 'json'])
    .default('table')
}

export interface OutputOptions extends CommonOptions {
  readonly output: 'table' | 'json'
}

/** A parser of whole numbers within bounds. */
export function wholeNumber(min: number, max = Number.MAX_SAFE_INTEGER): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value >= min && value <= max) return value
    const bounds = max < Number.MAX_SAFE_INTEGER ? `from ${min} to ${max}` : `from ${min} on`
    throw new InvalidArgumentError(`it must be a whole number ${bounds}`)
  }
}

/** A parser of times; milliseconds since the Unix epoch. */
export function pointInTime(text: string): number {
  const timeMs = Date.parse(text)
  if (!Number.isNaN(timeMs)) return timeMs
  throw new InvalidArgumentError('it must be a time such as 2026-01-31T12:00:00Z')
}

/** Progress goes to standard error: what a command prints can be piped on. */
export function context(ports: CliPorts): CallContext {
  return { signal: ports.signal, progress: (line) => ports.terminal.err(`${line}\n`) }
}

export function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
