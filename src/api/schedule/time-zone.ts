/** A time of day as a clock on the wall shows it. Months from 1. */
export interface WallTime {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
  /** 0: Sunday. */
  readonly weekday: number
}

/** Bound of the formats that are kept, for a cron job may name any zone. */
const FORMATS_MAX = 500

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    era: 'short',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  if (formats.size >= FORMATS_MAX) formats.clear()
  formats.set(zone, made)
  return made
}

/** Whether the tz database has the zone. An offset such as `+01:00` is no zone's name. */
export function isTimeZone(zone: string): boolean {
  if (zone === '' || zone === 'UTC') return true
  if (!/^[A-Za-z][A-Za-z0-9_+-]*(?:\/[A-Za-z0-9_+-]+)*$/.test(zone)) return false
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

/** What the clocks of a zone show at an instant. */
export function wallTimeAt(ms: number, zone: string): WallTime {
  return wallTimeOf(ms + offsetAt(ms, zone))
}

/** A wall time counted as if it were UTC, taken apart. */
export function wallTimeOf(wallMs: number): WallTime {
  const date = new Date(wallMs)
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    weekday: date.getUTCDay(),
  }
}

/** How far the clocks of a zone are ahead of UTC, in milliseconds. */
export function offsetAt(ms: number, zone: string): number {
  if (zone === '' || zone === 'UTC') return 0
  const seconds = Math.floor(ms / 1000) * 1000
  const part: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(seconds)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) - seconds
}

/**
 * The instant at which the clocks of a zone show this. Fields may run over (hour 24 is the next
 * day). A time that the clocks skip is taken as Go's `time.Date` takes it.
 */
export function instantOf(
  wall: { year: number; month: number; day: number; hour?: number; minute?: number },
  zone: string,
): number {
  const { year, month, day, hour = 0, minute = 0 } = wall
  const wallMs = Date.UTC(year, month - 1, day, hour, minute)
  return wallMs - offsetAt(wallMs - offsetAt(wallMs, zone), zone)
}
