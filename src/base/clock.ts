/** A timer that can be taken back. Cancelling a timer that has fired does nothing. */
export interface Timer {
  cancel(): void
}

/**
 * Time, as the whole program sees it. `platform/` gives the machine's clock, `sim/` a virtual one.
 * Nothing outside those two asks the machine for the time: a run in virtual time can be repeated.
 */
export interface Clock {
  /** Wall clock, milliseconds since the Unix epoch. It may jump; never measure durations with it. */
  nowMs(): number
  /** Monotonic milliseconds since an arbitrary start, with fractions. For durations and deadlines. */
  monotonicMs(): number
  /** Calls `fire` once, `delayMs` from now. Does not keep the process alive by itself if `unref`. */
  after(delayMs: number, fire: () => void, options?: { unref?: boolean }): Timer
  /** Calls `fire` every `periodMs` until cancelled. */
  every(periodMs: number, fire: () => void, options?: { unref?: boolean }): Timer
}

/** Resolves after `delayMs`; rejects with `signal.reason` at once when the signal is aborted. */
export function sleep(
  clock: Clock,
  delayMs: number,
  options: { signal?: AbortSignal } = {},
): Promise<void> {
  const { signal } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const onAbort = () => {
      timer.cancel()
      reject(signal?.reason)
    }
    const timer = clock.after(delayMs, () => {
      signal?.removeEventListener('abort', onAbort)
      resolve()
    })
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

/**
 * Runs `work` with a signal that aborts after `timeoutMs` (reason: what `onTimeout` makes) or when
 * the outer signal does. `work` must honour the signal; its result or error is handed through.
 */
export async function withTimeout<T>(
  clock: Clock,
  timeoutMs: number,
  onTimeout: () => Error,
  work: (signal: AbortSignal) => Promise<T>,
  options: { signal?: AbortSignal } = {},
): Promise<T> {
  const controller = new AbortController()
  const onAbort = () => controller.abort(options.signal?.reason)
  if (options.signal?.aborted) onAbort()
  options.signal?.addEventListener('abort', onAbort, { once: true })
  const timer = clock.after(timeoutMs, () => controller.abort(onTimeout()))
  try {
    return await work(controller.signal)
  } finally {
    timer.cancel()
    options.signal?.removeEventListener('abort', onAbort)
  }
}
