import {
  type Clock,
  type Listener,
  type Log,
  NetError,
  type Random,
  type Timer,
} from '../../base/index.ts'

/** A port that someone wants to listen on for as long as possible. */
export interface PortWish {
  readonly address: string
  readonly port: number
  /** Taken instead when the port may not be bound without privileges. */
  readonly fallbackPort?: number
  bind(port: number): Promise<Listener>
  /** The fallback is in use: somebody has to be told. */
  onRemapped?(port: number): void
}

export interface KeptPort {
  /** The port that is bound now; undefined while another process has it. */
  readonly boundPort: number | undefined
  /** Resolves when the first attempt is over, successful or not. */
  readonly tried: Promise<void>
  /** Connections that were accepted are ended too, unless they are to be kept. */
  release(options?: { keepConnections?: boolean }): Promise<void>
}

const POLL_MS = 180
const POLL_JITTER_MS = 60
/** Of the ports that others hold, this many are tried each time, at least. */
const TRIES_MIN = 8
/** … and at least this share, so that each is tried every few seconds. */
const TRIES_SHARE = 0.05

/**
 * Binds ports that several node agents on one host compete for: the first to come serves, the
 * others keep trying. As soon as one port is won, its owner has gone: the rest is tried at once.
 */
export class PortKeeper {
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: Log
  readonly #waiting = new Set<Kept>()
  #timer: Timer | undefined
  #closed = false

  constructor(parts: { clock: Clock; random: Random; log: Log }) {
    this.#clock = parts.clock
    this.#random = parts.random.fork('port keeper')
    this.#log = parts.log
  }

  keep(wish: PortWish): KeptPort {
    const kept = new Kept(wish, this.#log)
    void this.#try(kept)
    return kept
  }

  /** No more attempts; what is bound stays with its owners. */
  close(): void {
    this.#closed = true
    this.#timer?.cancel()
    this.#waiting.clear()
  }

  async #try(kept: Kept): Promise<boolean> {
    const won = await kept.attempt()
    if (won || kept.released) this.#waiting.delete(kept)
    else this.#waiting.add(kept)
    this.#schedule()
    return won
  }

  #schedule(): void {
    if (this.#timer || this.#closed || this.#waiting.size === 0) return
    const delayMs = POLL_MS + this.#random.int(POLL_JITTER_MS)
    this.#timer = this.#clock.after(delayMs, () => void this.#poll())
  }

  async #poll(): Promise<void> {
    const waiting = [...this.#waiting]
    const count = Math.max(TRIES_MIN, Math.ceil(waiting.length * TRIES_SHARE))
    const some = waiting.slice(0, count)
    let won = false
    for (const kept of some) {
      // To the end of the queue, so that each has its turn.
      this.#waiting.delete(kept)
      if (await this.#try(kept)) won = true
    }
    if (won) {
      const rest = waiting.slice(count).filter((kept) => this.#waiting.has(kept))
      await Promise.all(rest.map((kept) => this.#try(kept)))
    }
    this.#timer = undefined
    this.#schedule()
  }
}

class Kept implements KeptPort {
  readonly tried: Promise<void>
  released = false
  readonly #wish: PortWish
  readonly #log: Log
  #listener: Listener | undefined
  #attempt: Promise<boolean> | undefined
  #usesFallback = false
  #markTried: () => void = () => undefined

  constructor(wish: PortWish, log: Log) {
    this.#wish = wish
    this.#log = log
    this.tried = new Promise((resolve) => {
      this.#markTried = resolve
    })
  }

  get boundPort(): number | undefined {
    return this.#listener?.port
  }

  /** True when the port is bound. One attempt at a time. */
  attempt(): Promise<boolean> {
    this.#attempt ??= this.#bind().finally(() => {
      this.#attempt = undefined
      this.#markTried()
    })
    return this.#attempt
  }

  async release(options: { keepConnections?: boolean } = {}): Promise<void> {
    this.released = true
    await this.#attempt
    const listener = this.#listener
    this.#listener = undefined
    await listener?.close(options)
  }

  async #bind(): Promise<boolean> {
    if (this.#listener) return true
    if (this.released) return false
    const { port, fallbackPort, address } = this.#wish
    const wanted = this.#usesFallback && fallbackPort !== undefined ? fallbackPort : port
    try {
      this.#listener = await this.#wish.bind(wanted)
      return true
    } catch (error) {
      const code = error instanceof NetError ? error.code : 'other'
      if (code === 'permission' && fallbackPort !== undefined && !this.#usesFallback) {
        this.#usesFallback = true
        this.#wish.onRemapped?.(fallbackPort)
        return this.#bind()
      }
      if (code !== 'in-use') {
        this.#log.debug('a port cannot be bound', { address, port: wanted, error })
      }
      return false
    }
  }
}

/** Ports below 1024 belong to root; without it a Service's port 80 is served on 8080, 443 on 8443. */
export function unprivilegedPort(port: number): number | undefined {
  return port < 1024 ? port + 8000 : undefined
}
