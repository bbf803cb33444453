import type { PodView } from '../framework/types.ts'

/** A pod that waits for a node. */
export interface QueuedPod {
  readonly pod: PodView
  readonly attempts: number
  /** When it was first queued. */
  readonly queuedMs: number
  /** When it last failed. */
  readonly failedMs: number
  /** Plugins that turned it away last time: their interests decide what wakes it up. */
  readonly plugins: ReadonlySet<string>
}
