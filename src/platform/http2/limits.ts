/** What one connection may ask of us. Each bound has its attack. */

/** Compressed bytes of one header block, over all its frames (CVE-2024-27316). */
export const HEADER_BLOCK_BYTES_MAX = 64 * 1024
/** CONTINUATION frames of one block: empty ones weigh nothing (CVE-2024-27316). */
export const CONTINUATIONS_MAX = 16
/** Streams that a client cancels before they are answered: at once, and per second (CVE-2023-44487). */
export const RESETS_BURST = 1000
export const RESETS_PER_SECOND = 100
/**
 * Frames that make work and carry nothing: PING, SETTINGS, PRIORITY, unknown ones, DATA without
 * data (CVE-2019-9512, -9515, -9518).
 */
export const IDLE_FRAMES_BURST = 10_000
export const IDLE_FRAMES_PER_SECOND = 1000
/** Answers to such frames and of streams that the client does not fetch (CVE-2019-9517). */
export const UNFETCHED_BYTES_MAX = 64 * 1024 * 1024
/** Settings in one frame: more than there are, for extensions. */
export const SETTINGS_MAX = 32
/** A client says its preface within. */
export const PREFACE_TIMEOUT_MS = 10_000
/** A client that takes none of what was written for so long is gone. */
export const WRITE_STALL_MS = 60_000
/** A whole answer waits so long for its stream's window (CVE-2019-9511, -9517). */
export const WINDOW_STALL_MS = 300_000
/** How long what a client sends after a GOAWAY is read, so that it sees the GOAWAY. */
export const LINGER_MS = 1000
/** Streams that we reset, whose frames may still be on their way. */
export const RESET_STREAMS_REMEMBERED = 1000

/** So many at once, refilled at a pace. */
export class Budget {
  readonly #burst: number
  readonly #perMs: number
  #left: number
  #atMs: number

  constructor(options: { burst: number; perSecond: number; nowMs: number }) {
    this.#burst = options.burst
    this.#perMs = options.perSecond / 1000
    this.#left = options.burst
    this.#atMs = options.nowMs
  }

  /** False once it is overdrawn. */
  spend(nowMs: number): boolean {
    if (--this.#left >= 0) return true
    const refilled = (nowMs - this.#atMs) * this.#perMs
    this.#left = Math.min(this.#burst, this.#left + refilled)
    this.#atMs = nowMs
    return this.#left >= 0
  }
}
