/** RFC 3339 with seconds, UTC, as `metav1.Time` is written: `2024-01-02T03:04:05Z`. */
export function formatTime(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`
}

/** RFC 3339 with microseconds, UTC, as `metav1.MicroTime` is written. */
export function formatMicroTime(ms: number): string {
  const micros = Math.round((ms - Math.floor(ms)) * 1000)
  const base = new Date(Math.floor(ms)).toISOString().slice(0, -1)
  return `${base}${String(Math.min(micros, 999)).padStart(3, '0')}Z`
}

/**
 * Milliseconds since the epoch of a time in an API object; undefined when absent or not a time.
 */
export function parseTime(text: string | null | undefined): number | undefined {
  if (text === undefined || text === null || text === '') return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : ms
}

/**
 * A duration as kubectl's tables show it (apimachinery `duration.HumanDuration`): two units at
 * most, the finer the shorter: `45s`, `5m30s`, `3h12m`, `2d4h`, `45d`, `2y10d`.
 */
export function humanDuration(ms: number): string {
  const seconds = Math.trunc(ms / 1000)
  if (seconds < -1) return '<invalid>'
  if (seconds < 0) return '0s'
  if (seconds < 120) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 10) return pair(minutes, 'm', seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  const hours = Math.floor(minutes / 60)
  if (hours < 8) return pair(hours, 'h', minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  const days = Math.floor(hours / 24)
  if (hours < 192) return pair(days, 'd', hours % 24, 'h')
  const years = Math.floor(days / 365)
  if (years < 2) return `${days}d`
  if (years < 8) return pair(years, 'y', days % 365, 'd')
  return `${years}y`
}

function pair(large: number, largeUnit: string, small: number, smallUnit: string): string {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit}${small}${smallUnit}`
}

/** As Go writes a duration of whole milliseconds: `15.02s`, `1m30s`, `500ms`. */
export function formatGoDuration(ms: number): string {
  const whole = Math.round(ms)
  if (whole === 0) return '0s'
  if (whole < 1000) return `${whole}ms`
  const minutes = Math.floor(whole / 60_000)
  const seconds = `${(whole % 60_000) / 1000}s`
  if (minutes === 0) return seconds
  const hours = Math.floor(minutes / 60)
  return hours === 0 ? `${minutes}m${seconds}` : `${hours}h${minutes % 60}m${seconds}`
}
