import { type Clock, type Log, sleep } from '../../../base/index.ts'

/** Something that is done again and again until the signal; a failure is logged and tried again. */
export async function repeat(
  options: {
    readonly name: string
    readonly periodMs: number
    readonly clock: Clock
    readonly log: Log
  },
  work: () => Promise<unknown>,
  { signal }: { signal: AbortSignal },
): Promise<void> {
  while (!signal.aborted) {
    try {
      await work()
    } catch (error) {
      if (signal.aborted) return
      options.log.warn('a background task failed', { task: options.name, error: String(error) })
    }
    await sleep(options.clock, options.periodMs, { signal }).catch(() => undefined)
  }
}
