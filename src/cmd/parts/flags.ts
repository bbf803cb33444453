import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'

/** A flag that is missing or wrong; the message names it and the remedy. Exit code 2. */
export class FlagError extends Error {
  override readonly name = 'FlagError'
}

/**
 * Flags with a value each, by name, with defaults; of those that repeat, each value is on a line.
 * Throws `FlagError` for unknown ones.
 */
export function readFlags<Name extends string>(
  args: readonly string[],
  defaults: Readonly<Record<Name, string>>,
  { repeated = [] }: { repeated?: readonly NoInfer<Name>[] } = {},
): Readonly<Record<Name, string>> {
  const names = Object.keys(defaults) as Name[]
  const options = Object.fromEntries(
    names.map((name) => [name, { type: 'string', multiple: repeated.includes(name) } as const]),
  )
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true })
    const given = Object.entries(values).map(([name, value]) => {
      return [name, Array.isArray(value) ? value.join('\n') : value]
    })
    return { ...defaults, ...Object.fromEntries(given) }
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error))
  }
}

/** The text of the file that a flag names; empty when the flag is. Throws `FlagError`. */
export function fileOf(flag: string, path: string): string {
  if (path === '') return ''
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new FlagError(`--${flag}: cannot read ${path}`)
  }
}

/** Throws `FlagError` unless the flag has a value. */
export function required(flag: string, value: string, example: string): string {
  if (value !== '') return value
  throw new FlagError(`--${flag}: it must be given, such as ${example}`)
}

export function portOf(flag: string, value: string): number {
  const port = Number(value)
  if (Number.isInteger(port) && port >= 0 && port < 65_536) return port
  throw new FlagError(`--${flag}: "${value}" must be a port, 0 to 65535`)
}

/** Go's durations, as far as anybody writes them here: `15s`, `1m30s`, `500ms`. */
export function durationMs(flag: string, text: string): number {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  if (!/^(0|(\d+(\.\d+)?(ms|s|m|h))+)$/.test(text)) {
    throw new FlagError(`--${flag}: "${text}" is no duration, such as 15s`)
  }
  let total = 0
  for (const [, number, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) {
    total += Number(number) * (units[unit ?? ''] ?? 0)
  }
  return total
}
