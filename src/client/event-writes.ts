import {
  type Clock,
  ConnectionError,
  type Log,
  type Random,
  sleep,
  StatusError,
} from '../base/index.ts'
import { Backoff } from './backoff.ts'

/** Events that wait to be written; more are dropped. */
export const EVENTS_QUEUED_MAX = 1000
const TRIES_MAX = 12
const RETRY_MS_MIN = 500
const RETRY_MS_MAX = 10_000

export interface EventWriteParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/**
 * Writes an event, again and again while the server is not there or fails, 12 times at most. An
 * event that the server refuses is given up: nobody waits for it.
 */
export async function writeEvent(
  { clock, random, log }: EventWriteParts,
  { reason, signal }: { reason: string | undefined; signal: AbortSignal },
  write: () => Promise<void>,
): Promise<void> {
  const backoff = new Backoff(random, { msMin: RETRY_MS_MIN, msMax: RETRY_MS_MAX })
  for (let tries = 1; tries <= TRIES_MAX && !signal.aborted; tries++) {
    try {
      await write()
      return
    } catch (error) {
      // The server understood and refused, as in a namespace that is going: no use in insisting.
      if (error instanceof StatusError && error.code < 500) {
        log.debug('an event was refused', { reason, error: error.message })
        return
      }
      if (!(error instanceof StatusError || error instanceof ConnectionError)) {
        if (signal.aborted) return
        throw error
      }
      await sleep(clock, backoff.nextMs(), { signal }).catch(() => {})
    }
  }
  if (!signal.aborted) log.warn('an event could not be written', { reason })
}
