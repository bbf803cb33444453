let lastSecond = Number.NaN
let lastText = ''

/** Seconds, as Kubernetes writes times. Whoever asks again in the same second gets the same text. */
export function timestamp(nowMs: number): string {
  const second = Math.floor(nowMs / 1000)
  if (second !== lastSecond) {
    lastText = `${new Date(nowMs).toISOString().slice(0, 19)}Z`
    lastSecond = second
  }
  return lastText
}
