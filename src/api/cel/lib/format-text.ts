import { CelError } from '../errors.ts'
import { formatDuration, formatTimestamp } from '../time.ts'
import {
  CelList,
  CelMap,
  type CelValue,
  Duration,
  Timestamp,
  TypeValue,
  typeOf,
  Uint,
} from '../values.ts'
import { formatDouble } from './conversions.ts'

const CLAUSE = /%(?:\.(\d+))?([sdfebxXo%])|%(.?)/gs

/** `"%s has %d".format([…])` (cel-go `ext.Strings`). Throws `CelError`. */
export function formatText(pattern: string, args: CelList): string {
  let next = 0
  return pattern.replace(CLAUSE, (_, precision: string | undefined, verb: string, wrong) => {
    if (verb === '%') return '%'
    if (verb === undefined) {
      throw new CelError(
        `could not parse formatting clause: unrecognized formatting clause "${wrong}"`,
      )
    }
    if (next >= args.size) throw new CelError(`index ${next} out of range`)
    return formatOne(args.at(next++), verb, precision === undefined ? undefined : Number(precision))
  })
}

function formatOne(value: CelValue, verb: string, precision: number | undefined): string {
  switch (verb) {
    case 's':
      return describe(value)
    case 'd':
      return decimal(value)
    case 'f':
      return fixed(value, precision ?? 6)
    case 'e':
      return exponential(value, precision ?? 6)
    case 'b':
      if (typeof value === 'boolean') return value ? '1' : '0'
      return whole(value, 'binary').toString(2)
    case 'o':
      return whole(value, 'octal').toString(8)
    default:
      return hex(value, verb === 'X')
  }
}

function whole(value: CelValue, clause: string): bigint {
  if (typeof value === 'bigint') return value
  if (value instanceof Uint) return value.value
  throw new CelError(
    `error during formatting: ${clause} clause can only be used on integers, ` +
      `was given ${typeOf(value)}`,
  )
}

function decimal(value: CelValue): string {
  if (typeof value === 'number' && !Number.isFinite(value)) return special(value)
  return String(whole(value, 'decimal'))
}

function hex(value: CelValue, upper: boolean): string {
  let text: string
  if (typeof value === 'string') text = Buffer.from(value).toString('hex')
  else if (value instanceof Uint8Array) text = Buffer.from(value).toString('hex')
  else text = whole(value, 'hex').toString(16)
  return upper ? text.toUpperCase() : text
}

function special(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  return value > 0 ? 'Infinity' : '-Infinity'
}

function numberOf(value: CelValue, clause: string): number {
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint) return Number(value.value)
  throw new CelError(
    `error during formatting: ${clause} clause can only be used on doubles, ` +
      `was given ${typeOf(value)}`,
  )
}

const PRECISION_MAX = 100

function fixed(value: CelValue, precision: number): string {
  const number = numberOf(value, 'fixed-point')
  if (!Number.isFinite(number)) return special(number)
  return number.toFixed(Math.min(precision, PRECISION_MAX))
}

function exponential(value: CelValue, precision: number): string {
  const number = numberOf(value, 'scientific')
  if (!Number.isFinite(number)) return special(number)
  const text = number.toExponential(Math.min(precision, PRECISION_MAX))
  return text.replace(/e([+-])(\d)$/, 'e$10$2')
}

function describe(value: CelValue): string {
  if (typeof value === 'string') return value
  if (value === null) return 'null'
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (typeof value === 'number') {
    return Number.isFinite(value) ? formatDouble(value) : special(value)
  }
  if (value instanceof Uint) return String(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('utf8')
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof TypeValue) return value.name
  if (value instanceof CelList) return `[${[...value].map(describe).join(', ')}]`
  if (value instanceof CelMap) {
    const entries = [...value.keys()].map(
      (key) => [describe(key), describe(value.get(key) ?? null)] as const,
    )
    const sorted = entries.sort(([a], [b]) => (a < b ? -1 : 1))
    return `{${sorted.map(([key, item]) => `${key}: ${item}`).join(', ')}}`
  }
  throw new CelError(
    'error during formatting: string clause can only be used on strings, bools, bytes, ints, ' +
      `doubles, maps, lists, types, durations, and timestamps, was given ${typeOf(value)}`,
  )
}
