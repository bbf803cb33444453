/** A `metav1.Time`: RFC 3339, whole seconds, UTC. */
export function formatTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 19)}Z`
}

/** A `metav1.MicroTime`: RFC 3339 with six digits, UTC. */
export function formatMicroTime(nowMs: number): string {
  return `${new Date(nowMs).toISOString().slice(0, 23)}000Z`
}

/** Milliseconds since the epoch; undefined for an absent or unreadable time. */
export function parseTime(text: string | null | undefined): number | undefined {
  const ms = text ? Date.parse(text) : Number.NaN
  return Number.isNaN(ms) ? undefined : ms
}

/** A duration as Go prints it, whole seconds: `10s`, `1m20s`, `5m0s`. */
export function formatDuration(ms: number): string {
  const seconds = Math.round(ms / 1000)
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`
}
