import { CelError } from '../errors.ts'
import { fn, method, type Overload, sig, visitsFirst, walksFirst } from '../functions.ts'
import {
  civilTime,
  type CivilTime,
  formatDuration,
  formatTimestamp,
  parseDuration,
  parseTimestamp,
  timestampOf,
} from '../time.ts'
import { type CelType, listOf, mapOf, optionalOf, T } from '../types.ts'
import {
  type CelList,
  type CelMap,
  type CelValue,
  Duration,
  INT_MAX,
  INT_MIN,
  Optional,
  Timestamp,
  TypeValue,
  typeOf,
  Uint,
  UINT_MAX,
} from '../values.ts'

/** Types into one another, sizes, parts of times. */
export function conversions(): Overload[] {
  return [
    ...sizes(),
    ...toNumbers(),
    ...toTexts(),
    ...toTimes(),
    ...getters(),
    ...optionals(),
    fn('dyn', sig([T.a], T.dyn), ([a = null]) => a),
    fn('type', sig([T.dyn], T.type), ([a = null]) => new TypeValue(typeOf(a))),
  ]
}

function sizes(): Overload[] {
  const size = ([a]: readonly CelValue[]): CelValue => {
    if (typeof a === 'string') return BigInt(Array.from(a).length)
    return BigInt(a instanceof Uint8Array ? a.length : (a as CelList | CelMap).size)
  }
  const kinds: readonly CelType[] = [T.string, T.bytes, listOf(T.a), mapOf(T.a, T.b)]
  return kinds.flatMap((kind) => {
    const options = kind.kind === 'string' ? walksFirst : {}
    return [
      fn('size', sig([kind], T.int), size, options),
      method('size', sig([kind], T.int), size, options),
    ]
  })
}

function intOf(value: bigint): bigint {
  if (value < INT_MIN || value > INT_MAX) throw new CelError('integer overflow')
  return value
}
function uintOf(value: bigint): Uint {
  if (value < 0n || value > UINT_MAX) throw new CelError('unsigned integer overflow')
  return new Uint(value)
}
function wholeOf(value: number, what: string): bigint {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 64) throw new CelError(what)
  return BigInt(Math.trunc(value))
}
function parseWhole(text: string, pattern: RegExp, type: string): bigint {
  if (pattern.test(text)) return BigInt(text.startsWith('+') ? text.slice(1) : text)
  const parse = type === 'int' ? 'ParseInt' : 'ParseUint'
  throw new CelError(`strconv.${parse}: parsing ${JSON.stringify(text)}: invalid syntax`)
}

function toNumbers(): Overload[] {
  return [
    fn('int', sig([T.int], T.int), ([a = null]) => a),
    fn('int', sig([T.uint], T.int), ([a]) => intOf((a as Uint).value)),
    fn('int', sig([T.double], T.int), ([a]) => intOf(wholeOf(a as number, 'integer overflow'))),
    fn('int', sig([T.string], T.int), ([a]) => {
      return intOf(parseWhole(a as string, /^[+-]?\d+$/, 'int'))
    }),
    fn('int', sig([T.timestamp], T.int), ([a]) => {
      const { ns } = a as Timestamp
      return (ns - (((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n)) / 1_000_000_000n
    }),
    fn('int', sig([T.duration], T.int), ([a]) => (a as Duration).ns),
    fn('uint', sig([T.uint], T.uint), ([a = null]) => a),
    fn('uint', sig([T.int], T.uint), ([a]) => uintOf(a as bigint)),
    fn('uint', sig([T.double], T.uint), ([a]) => {
      return uintOf(wholeOf(a as number, 'unsigned integer overflow'))
    }),
    fn('uint', sig([T.string], T.uint), ([a]) => {
      return uintOf(parseWhole(a as string, /^\d+$/, 'uint'))
    }),
    fn('double', sig([T.double], T.double), ([a = null]) => a),
    fn('double', sig([T.int], T.double), ([a]) => Number(a)),
    fn('double', sig([T.uint], T.double), ([a]) => Number((a as Uint).value)),
    fn('double', sig([T.string], T.double), ([a]) => parseDouble(a as string)),
  ]
}

function parseDouble(text: string): number {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/.test(text)) return Number(text)
  const special = /^([+-]?)(inf|infinity|nan)$/i.exec(text)
  if (special) {
    if (special[2]?.toLowerCase() === 'nan') return Number.NaN
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  }
  throw new CelError(`strconv.ParseFloat: parsing ${JSON.stringify(text)}: invalid syntax`)
}

/** A double as Go prints it with `%g`. */
export function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf'
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))
  if (exponent >= -4 && exponent < 6) return Object.is(value, -0) ? '-0' : String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

const BOOLS: Readonly<Record<string, boolean>> = {
  '1': true,
  t: true,
  T: true,
  TRUE: true,
  true: true,
  True: true,
  '0': false,
  f: false,
  F: false,
  FALSE: false,
  false: false,
  False: false,
}

function toTexts(): Overload[] {
  return [
    fn('string', sig([T.string], T.string), ([a = null]) => a),
    fn('string', sig([T.int], T.string), ([a]) => String(a as bigint)),
    fn('string', sig([T.uint], T.string), ([a]) => String((a as Uint).value)),
    fn('string', sig([T.double], T.string), ([a]) => formatDouble(a as number)),
    fn('string', sig([T.bool], T.string), ([a]) => String(a as boolean)),
    fn('string', sig([T.bytes], T.string), ([a]) => textOf(a as Uint8Array), walksFirst),
    fn('string', sig([T.timestamp], T.string), ([a]) => formatTimestamp(a as Timestamp)),
    fn('string', sig([T.duration], T.string), ([a]) => formatDuration(a as Duration)),
    fn('bytes', sig([T.bytes], T.bytes), ([a = null]) => a),
    fn(
      'bytes',
      sig([T.string], T.bytes),
      ([a]) => {
        return new Uint8Array(Buffer.from(a as string))
      },
      walksFirst,
    ),
    fn('bool', sig([T.bool], T.bool), ([a = null]) => a),
    fn('bool', sig([T.string], T.bool), ([a]) => {
      const value = BOOLS[a as string]
      if (value !== undefined) return value
      throw new CelError(`strconv.ParseBool: parsing ${JSON.stringify(a)}: invalid syntax`)
    }),
  ]
}

function textOf(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    throw new CelError('invalid UTF-8 in bytes, cannot convert to string')
  }
}

function toTimes(): Overload[] {
  return [
    fn('timestamp', sig([T.timestamp], T.timestamp), ([a = null]) => a),
    fn('timestamp', sig([T.string], T.timestamp), ([a]) => parseTimestamp(a as string)),
    fn('timestamp', sig([T.int], T.timestamp), ([a]) => {
      return timestampOf((a as bigint) * 1_000_000_000n)
    }),
    fn('duration', sig([T.duration], T.duration), ([a = null]) => a),
    fn('duration', sig([T.string], T.duration), ([a]) => parseDuration(a as string)),
    fn('duration', sig([T.int], T.duration), ([a]) => new Duration(a as bigint)),
  ]
}

const PARTS: Readonly<Record<string, (time: CivilTime) => number>> = {
  getFullYear: (t) => t.year,
  getMonth: (t) => t.month - 1,
  getDayOfYear: (t) => t.dayOfYear,
  getDayOfMonth: (t) => t.day - 1,
  getDate: (t) => t.day,
  getDayOfWeek: (t) => t.weekday,
  getHours: (t) => t.hour,
  getMinutes: (t) => t.minute,
  getSeconds: (t) => t.second,
}
const DURATION_PARTS: Readonly<Record<string, bigint>> = {
  getHours: 3_600_000_000_000n,
  getMinutes: 60_000_000_000n,
  getSeconds: 1_000_000_000n,
}

function getters(): Overload[] {
  const parts = Object.entries(PARTS).flatMap(([name, read]) => [
    method(name, sig([T.timestamp], T.int), ([a]) => {
      return BigInt(read(civilTime(a as Timestamp, 'UTC')))
    }),
    method(name, sig([T.timestamp, T.string], T.int), ([a, zone]) => {
      return BigInt(read(civilTime(a as Timestamp, zone as string)))
    }),
  ])
  const millis = ([a]: readonly CelValue[]): CelValue => {
    const { ns } = a as Timestamp
    return (((ns % 1_000_000_000n) + 1_000_000_000n) % 1_000_000_000n) / 1_000_000n
  }
  const ofDuration = Object.entries(DURATION_PARTS).map(([name, unit]) =>
    method(name, sig([T.duration], T.int), ([a]) => (a as Duration).ns / unit),
  )
  return [
    ...parts,
    ...ofDuration,
    method('getMilliseconds', sig([T.timestamp], T.int), millis),
    method('getMilliseconds', sig([T.timestamp, T.string], T.int), millis),
    method('getMilliseconds', sig([T.duration], T.int), ([a]) => {
      return ((a as Duration).ns / 1_000_000n) % 1000n
    }),
  ]
}

function optionals(): Overload[] {
  const optional = optionalOf(T.a)
  const value = (a: CelValue | undefined) => (a as Optional).value
  const isZero = (a: CelValue): boolean => {
    if (a === null || a === false || a === 0 || a === 0n || a === '') return true
    if (a instanceof Uint) return a.value === 0n
    if (a instanceof Duration || a instanceof Timestamp) return a.ns === 0n
    const sized = a as Partial<CelList>
    return typeof a === 'object' && sized.size === 0
  }
  return [
    fn('optional.of', sig([T.a], optional), ([a]) => Optional.of(a)),
    fn('optional.none', sig([], optional), () => Optional.none),
    fn('optional.ofNonZeroValue', sig([T.a], optional), ([a = null]) => {
      return isZero(a) ? Optional.none : Optional.of(a)
    }),
    method('hasValue', sig([optional], T.bool), ([a]) => value(a) !== undefined),
    method('value', sig([optional], T.a), ([a]) => {
      const inner = value(a)
      if (inner !== undefined) return inner
      throw new CelError('optional.none() dereference')
    }),
    method('or', sig([optional, optional], optional), ([a = null, b = null]) => {
      return value(a) === undefined ? b : a
    }),
    method('orValue', sig([optional, T.a], T.a), ([a, b = null]) => value(a) ?? b, visitsFirst),
  ]
}
