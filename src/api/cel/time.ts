import { CelError } from './errors.ts'
import { Duration, Timestamp } from './values.ts'

const NS = 1_000_000_000n
const TIMESTAMP =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:[.,](\d{1,9})\d*)?([Zz]|[+-]\d{2}:\d{2})$/
/** Years 1 to 9999, as protobuf has them. */
const SECONDS_MIN = -62_135_596_800n
const SECONDS_MAX = 253_402_300_799n

/** RFC 3339. Throws `CelError`. */
export function parseTimestamp(text: string): Timestamp {
  const match = TIMESTAMP.exec(text)
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match ?? []
  const head = `${year}-${month}-${day}T${hour}:${minute}:${second}`
  const ms = match ? Date.parse(`${head}${zone.toUpperCase()}`) : Number.NaN
  const days = new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate()
  const isWrong = Number(month) < 1 || Number(month) > 12 || Number(day) < 1 || Number(day) > days
  if (Number.isNaN(ms) || isWrong || Number(second) > 59 || Number(hour) > 23) {
    throw new CelError(
      `parsing time ${JSON.stringify(text)} as "2006-01-02T15:04:05Z07:00": ` +
        `cannot parse ${JSON.stringify(text)} as "2006"`,
    )
  }
  return timestampOf(BigInt(ms / 1000) * NS + BigInt(fraction.padEnd(9, '0')))
}

/** Throws for what is outside of years 1 to 9999. */
export function timestampOf(ns: bigint): Timestamp {
  if (ns < SECONDS_MIN * NS || ns >= (SECONDS_MAX + 1n) * NS) {
    throw new CelError('timestamp overflow')
  }
  return new Timestamp(ns)
}

export function formatTimestamp({ ns }: Timestamp): string {
  const rest = ((ns % NS) + NS) % NS
  const ms = Number((ns - rest) / NS) * 1000
  const head = new Date(ms).toISOString().slice(0, 19)
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`
  return `${head}${fraction}Z`
}

const UNITS: Readonly<Record<string, bigint>> = {
  ns: 1n,
  us: 1_000n,
  µs: 1_000n,
  μs: 1_000n,
  ms: 1_000_000n,
  s: NS,
  m: 60n * NS,
  h: 3_600n * NS,
}

/** Go's `time.ParseDuration`. Throws `CelError`. */
export function parseDuration(text: string): Duration {
  const ns = readDuration(text)
  if (ns === undefined) throw new CelError(`time: invalid duration ${JSON.stringify(text)}`)
  return durationOf(ns)
}

/** Nanoseconds of `1h30m`; undefined for what is none. */
export function readDuration(text: string): bigint | undefined {
  const sign = text.startsWith('-') ? -1n : 1n
  let rest = text.replace(/^[+-]/, '')
  if (rest === '0') return 0n
  if (rest === '') return undefined
  let ns = 0n
  while (rest !== '') {
    const match = /^(\d*)(?:\.(\d*))?(ns|us|µs|μs|ms|s|m|h)/.exec(rest)
    const [whole = '', digits = '', fraction = '', unit = ''] = match ?? []
    const scale = UNITS[unit]
    if (!match || scale === undefined || (digits === '' && fraction === '')) return undefined
    ns += BigInt(digits || '0') * scale
    if (fraction !== '') ns += (BigInt(fraction) * scale) / 10n ** BigInt(fraction.length)
    rest = rest.slice(whole.length)
  }
  return ns > 2n ** 63n - 1n ? undefined : sign * ns
}

export function durationOf(ns: bigint): Duration {
  if (BigInt.asIntN(64, ns) !== ns) throw new CelError('duration overflow')
  return new Duration(ns)
}

/** Seconds with a fraction: `1.5s`. */
export function formatDuration({ ns }: Duration): string {
  const abs = ns < 0n ? -ns : ns
  const rest = abs % NS
  const fraction = rest === 0n ? '' : `.${String(rest).padStart(9, '0').replace(/0+$/, '')}`
  return `${ns < 0n ? '-' : ''}${abs / NS}${fraction}s`
}

export interface CivilTime {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  readonly weekday: number
  readonly dayOfYear: number
}

/** A time as a calendar in `zone` has it: `UTC`, `Europe/Berlin`, `+02:00`. Throws `CelError`. */
export function civilTime({ ns }: Timestamp, zone: string): CivilTime {
  const rest = ((ns % NS) + NS) % NS
  const utcMs = Number((ns - rest) / NS) * 1000
  const at = new Date(utcMs + offsetMs(utcMs, zone))
  const year = at.getUTCFullYear()
  const startOfYear = Date.UTC(year, 0, 1)
  const startOfDay = Date.UTC(year, at.getUTCMonth(), at.getUTCDate())
  return {
    year,
    month: at.getUTCMonth() + 1,
    day: at.getUTCDate(),
    hour: at.getUTCHours(),
    minute: at.getUTCMinutes(),
    second: at.getUTCSeconds(),
    weekday: at.getUTCDay(),
    dayOfYear: (startOfDay - startOfYear) / 86_400_000,
  }
}

function offsetMs(utcMs: number, zone: string): number {
  if (zone === 'UTC' || zone === '') return 0
  const fixed = /^([+-]?)(\d{1,2}):(\d{2})$/.exec(zone)
  if (fixed) {
    const minutes = Number(fixed[2]) * 60 + Number(fixed[3])
    return (fixed[1] === '-' ? -1 : 1) * minutes * 60_000
  }
  try {
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    })
    const parts = Object.fromEntries(format.formatToParts(utcMs).map((p) => [p.type, p.value]))
    const n = (name: string) => Number(parts[name])
    const local = Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second'))
    return local - utcMs
  } catch {
    throw new CelError(`unknown time zone ${zone}`)
  }
}
