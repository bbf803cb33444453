import type { CronFields, CronSchedule } from './cron.ts'
import { instantOf, type WallTime, wallTimeAt } from './time-zone.ts'

/** A schedule that fits nothing within so many years never will (30 February). */
const YEARS_MAX = 5
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000

/**
 * The first time after `ms` at which the schedule fires; undefined if there is none. As in
 * robfig/cron, a time that the clocks skip is not made up for: the job of that day is left out.
 */
export function nextCronTime(
  schedule: CronSchedule,
  ms: number,
  zone: string = 'UTC',
): number | undefined {
  const second = Math.floor(ms / 1000) * 1000
  if (schedule.kind === 'every') return second + schedule.ms
  return nextFitting(schedule, second + 1000, schedule.zone ?? zone)
}

function nextFitting(fields: CronFields, fromMs: number, zone: string): number | undefined {
  let ms = Math.ceil(fromMs / MINUTE_MS) * MINUTE_MS
  const lastYear = wallTimeAt(ms, zone).year + YEARS_MAX
  for (;;) {
    const wall = wallTimeAt(ms, zone)
    if (wall.year > lastYear) return undefined
    if (!fields.months.has(wall.month)) ms = startOfMonth(wall, zone)
    else if (!fitsDay(fields, wall)) ms = startOfNextDay(wall, zone, ms)
    else if (!fields.hours.has(wall.hour)) ms += (60 - wall.minute) * MINUTE_MS
    else if (!fields.minutes.has(wall.minute)) ms += MINUTE_MS
    else return ms
  }
}

function startOfMonth({ year, month }: WallTime, zone: string): number {
  return instantOf({ year, month: month + 1, day: 1 }, zone)
}

function startOfNextDay({ year, month, day }: WallTime, zone: string, ms: number): number {
  const midnight = instantOf({ year, month, day: day + 1 }, zone)
  // Where the clocks skip midnight, the day begins an hour later.
  const { day: shown } = wallTimeAt(midnight, zone)
  return shown === day || midnight <= ms ? midnight + HOUR_MS : midnight
}

function fitsDay(fields: CronFields, wall: WallTime): boolean {
  const fitsMonth = fields.days.has(wall.day)
  const fitsWeek = fields.weekdays.has(wall.weekday)
  return fields.bothDays ? fitsMonth && fitsWeek : fitsMonth || fitsWeek
}
