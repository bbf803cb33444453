/** As grpc-go: so many pings too early, and the connection ends. */
const STRIKES_MAX = 2
/** A client without requests under way is to ping no more often. */
const IDLE_PING_MS_MIN = 7_200_000

/** Turns away clients that ping too often (gRPC A8, `too_many_pings`). */
export class PingGuard {
  readonly #pingMsMin: number
  /** What had been sent when the last ping came that was free. */
  #framesAtPing = 0
  #pingedMs = -Infinity
  #strikes = 0

  /** 0: they may ping as they like. */
  constructor(pingMsMin: number) {
    this.#pingMsMin = pingMsMin
  }

  /** Clients of gRPC measure the line by a ping for what they got: one for each answer is free. */
  isFree(framesSent: number): boolean {
    if (framesSent <= this.#framesAtPing) return false
    this.#framesAtPing = framesSent
    this.#strikes = 0
    return true
  }

  /** False: this one is too much. */
  mayPing(nowMs: number, isActive: boolean): boolean {
    if (this.#pingMsMin === 0) return true
    const leastMs = isActive ? this.#pingMsMin : IDLE_PING_MS_MIN
    if (nowMs - this.#pingedMs < leastMs) this.#strikes++
    this.#pingedMs = nowMs
    return this.#strikes <= STRIKES_MAX
  }
}
