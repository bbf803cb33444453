import type { HttpHandler, Log } from '../base/index.ts'

/** What the exchanges of all protocols share. */
export interface ServerContext {
  readonly handler: HttpHandler
  readonly log: Log
  /** Every exchange under way: aborted when the server stops. */
  readonly active: Set<AbortController>
}

/** Resolves when `done` says so, or the time is over. */
export async function until(done: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!done() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
