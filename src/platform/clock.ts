import type { Clock, Timer } from '../base/index.ts'

/** The machine's clock. */
export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(delayMs, fire, options = {}): Timer {
    // Longer than Node's 32-bit timers fires at once otherwise; so long a wait is for ever.
    const timer = setTimeout(fire, Math.min(delayMs, 2 ** 31 - 1))
    if (options.unref) timer.unref()
    return { cancel: () => clearTimeout(timer) }
  },
  every(periodMs, fire, options = {}): Timer {
    const timer = setInterval(fire, periodMs)
    if (options.unref) timer.unref()
    return { cancel: () => clearInterval(timer) }
  },
}
