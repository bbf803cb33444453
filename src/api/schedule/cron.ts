import { isTimeZone } from './time-zone.ts'

/** Fields of a schedule: which values fit. */
export interface CronFields {
  readonly kind: 'fields'
  /** Named in the schedule (`TZ=…`); absent: that of who asks. */
  readonly zone?: string
  readonly minutes: ReadonlySet<number>
  readonly hours: ReadonlySet<number>
  readonly days: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  readonly weekdays: ReadonlySet<number>
  /** Of day and weekday one is `*`: both must fit. Else either is enough. */
  readonly bothDays: boolean
}

export type CronSchedule = CronFields | { readonly kind: 'every'; readonly ms: number }

/** Why a schedule cannot be read, in the words of robfig/cron v3, which Kubernetes shows. */
export class CronError extends Error {
  override readonly name = 'CronError'
}

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names?: readonly string[]
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

const MINUTE: Bounds = { min: 0, max: 59 }
const HOUR: Bounds = { min: 0, max: 23 }
const DAY: Bounds = { min: 1, max: 31 }
const MONTH: Bounds = { min: 1, max: 12, names: ['', ...MONTHS] }
const WEEKDAY: Bounds = { min: 0, max: 6, names: WEEKDAYS }

const DESCRIPTORS: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}

/** Reads a schedule as robfig/cron's `ParseStandard` does. Throws `CronError`. */
export function parseCron(text: string): CronSchedule {
  if (text === '') throw new CronError('empty spec string')
  let rest = text
  let zone: string | undefined
  if (text.startsWith('TZ=') || text.startsWith('CRON_TZ=')) {
    const space = text.indexOf(' ')
    zone = text.slice(text.indexOf('=') + 1, space < 0 ? undefined : space)
    if (!isTimeZone(zone)) {
      throw new CronError(`provided bad location ${zone}: unknown time zone ${zone}`)
    }
    rest = space < 0 ? '' : text.slice(space).trim()
  }
  if (rest.startsWith('@every ')) return { kind: 'every', ms: everyMs(rest) }
  const fields = DESCRIPTORS[rest] ?? rest
  if (fields.startsWith('@')) throw new CronError(`unrecognized descriptor: ${rest}`)
  return { ...parseFields(fields), ...(zone !== undefined && { zone }) }
}

function parseFields(text: string): CronFields {
  const parts = text.split(/\s+/).filter((part) => part !== '')
  const [minute, hour, day, month, weekday] = parts
  if (parts.length !== 5 || !minute || !hour || !day || !month || !weekday) {
    const found = `found ${parts.length}: [${parts.join(' ')}]`
    throw new CronError(`expected exactly 5 fields, ${found}`)
  }
  const days = parseField(day, DAY)
  const weekdays = parseField(weekday, WEEKDAY)
  return {
    kind: 'fields',
    minutes: parseField(minute, MINUTE).values,
    hours: parseField(hour, HOUR).values,
    days: days.values,
    months: parseField(month, MONTH).values,
    weekdays: weekdays.values,
    bothDays: days.isStar || weekdays.isStar,
  }
}

function parseField(text: string, bounds: Bounds): { values: Set<number>; isStar: boolean } {
  const values = new Set<number>()
  let isStar = false
  for (const part of text.split(',').filter((each) => each !== '')) {
    const range = parseRange(part, bounds)
    for (let value = range.start; value <= range.end; value += range.step) values.add(value)
    isStar ||= range.isStar
  }
  return { values, isStar }
}

function parseRange(
  text: string,
  bounds: Bounds,
): { start: number; end: number; step: number; isStar: boolean } {
  const [ends = '', stepText, ...moreSlashes] = text.split('/')
  const [low = '', high, ...moreHyphens] = ends.split('-')
  let isStar = low === '*' || low === '?'
  let [start, end] = [bounds.min, bounds.max]
  if (!isStar) {
    start = intOrName(low, bounds.names)
    if (moreHyphens.length > 0) throw new CronError(`too many hyphens: ${text}`)
    end = high === undefined ? start : intOrName(high, bounds.names)
  }
  if (moreSlashes.length > 0) throw new CronError(`too many slashes: ${text}`)
  const step = stepText === undefined ? 1 : parseInteger(stepText)
  if (stepText !== undefined) {
    // `5/15` is `5-59/15`.
    if (high === undefined) end = bounds.max
    if (step > 1) isStar = false
  }
  const { min, max } = bounds
  if (start < min) {
    throw new CronError(`beginning of range (${start}) below minimum (${min}): ${text}`)
  }
  if (end > max) throw new CronError(`end of range (${end}) above maximum (${max}): ${text}`)
  if (start > end) {
    throw new CronError(`beginning of range (${start}) beyond end of range (${end}): ${text}`)
  }
  if (step === 0) throw new CronError(`step of range should be a positive number: ${text}`)
  return { start, end, step, isStar }
}

function intOrName(text: string, names: readonly string[] | undefined): number {
  const index = text === '' ? -1 : (names?.indexOf(text.toLowerCase()) ?? -1)
  return index >= 0 ? index : parseInteger(text)
}

function parseInteger(text: string): number {
  if (!/^[+-]?\d+$/.test(text)) {
    const why = `strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
    throw new CronError(`failed to parse int from ${text}: ${why}`)
  }
  const value = Number(text)
  if (value < 0) throw new CronError(`negative number (${value}) not allowed: ${text}`)
  return value
}

const UNIT_MS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** `@every 1h30m`: whole seconds, one at least. */
function everyMs(text: string): number {
  const duration = text.slice('@every '.length)
  const ms = goDurationMs(duration)
  if (ms === undefined) {
    const why = `time: invalid duration ${JSON.stringify(duration)}`
    throw new CronError(`failed to parse duration ${text}: ${why}`)
  }
  return Math.max(1000, Math.floor(ms / 1000) * 1000)
}

/** A duration as Go writes it, `1h30m`; undefined when it is none. */
export function goDurationMs(text: string): number | undefined {
  const unsigned = text.replace(/^[+-]/, '')
  if (unsigned === '0') return 0
  if (!/^(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|ms|s|m|h))+$/.test(unsigned)) return undefined
  let ms = 0
  for (const [, number, unit] of unsigned.matchAll(/([\d.]+)(ns|us|µs|ms|s|m|h)/g)) {
    ms += Number(number) * (UNIT_MS[unit ?? ''] ?? 0)
  }
  return text.startsWith('-') ? -ms : ms
}
