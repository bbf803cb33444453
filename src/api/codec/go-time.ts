/** A time of day as a text told it; `fraction`: the digits of its second's parts, if any. */
export interface ParsedTime {
  readonly ms: number
  readonly fraction: string
}

export type TimePrecision = 'seconds' | 'micros'

const SECONDS = '2006-01-02T15:04:05Z07:00'
const MICROS = '2006-01-02T15:04:05.000000Z07:00'
/** In Go's layouts, what stands for a number, and the least and the most of it. */
const NUMBERS: readonly (readonly [string, string, number, number])[] = [
  ['01', 'month', 1, 12],
  ['02', 'day', 0, 99],
  ['15', 'hour', 0, 23],
  ['04', 'minute', 0, 59],
  ['05', 'second', 0, 59],
]
const SEPARATORS = ['-', '-', 'T', ':', ':']
const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/**
 * Reads RFC 3339 as Go's `time.Parse` does, part by part; what it says of a text that is none is
 * given as a string. With `micros`, six digits of the second's parts must be there.
 */
export function parseGoTime(text: string, precision: TimePrecision): ParsedTime | string {
  const layout = precision === 'seconds' ? SECONDS : MICROS
  const given = `parsing time ${JSON.stringify(text)}`
  const bad = (rest: string, part: string) =>
    `${given} as "${layout}": cannot parse ${JSON.stringify(rest)} as "${part}"`
  let rest = text
  if (!/^\d{4}/.test(rest)) return bad(rest, '2006')
  const year = Number(rest.slice(0, 4))
  rest = rest.slice(4)
  const values: number[] = []
  for (const [i, [part, name, min, max]] of NUMBERS.entries()) {
    const separator = SEPARATORS[i] ?? ''
    if (!rest.startsWith(separator)) return bad(rest, separator)
    rest = rest.slice(1)
    // An hour may have one digit.
    const digits = /^\d\d/.exec(rest)?.[0] ?? (part === '15' ? /^\d/.exec(rest)?.[0] : undefined)
    if (digits === undefined) return bad(rest, part)
    rest = rest.slice(digits.length)
    const value = Number(digits)
    if (value < min || value > max) return `${given}: ${name} out of range`
    values.push(value)
  }
  const fraction = /^[.,](\d+)/.exec(precision === 'seconds' ? rest : rest.slice(0, 7))
  if (precision === 'micros' && fraction?.[1]?.length !== 6) return bad(rest, '.000000')
  rest = rest.slice(fraction?.[0].length ?? 0)
  const zone = /^(?:Z|[+-]\d\d:\d\d)/.exec(rest)?.[0]
  if (zone === undefined) return bad(rest, 'Z07:00')
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (minutes > 60) return `${given}: time zone offset minute out of range`
  if (hours > 24) return `${given}: time zone offset hour out of range`
  rest = rest.slice(zone.length)
  if (rest !== '') return `${given}: extra text: ${JSON.stringify(rest)}`
  const [month = 1, day = 1, hour = 0, minute = 0, second = 0] = values
  if (day < 1 || day > daysIn(month, year)) return `${given}: day out of range`
  const offset = (hours * 60 + minutes) * (zone.startsWith('-') ? 1 : -1)
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  date.setUTCHours(hour, minute + offset, second)
  return { ms: date.getTime(), fraction: fraction?.[1] ?? '' }
}

function daysIn(month: number, year: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return month === 2 && isLeap ? 29 : (DAYS[month - 1] ?? 0)
}
