export interface SimpleTokensOptions {
  /** How long a token lives after its last use: etcd's `--auth-token-ttl`. Default 300. */
  readonly ttlSeconds?: number
}

const TTL_SECONDS = 300
const SWEEP_MS = 1000

interface Token {
  readonly user: string
  expiresAtMs: number
}

/**
 * etcd's simple tokens, `random.index`: given out through the log, so that every member knows them,
 * and kept in memory alone. Each use makes a token live longer on the member that saw it.
 */
export class SimpleTokens {
  readonly #ttlMs: number
  readonly #tokens = new Map<string, Token>()
  #sweptAtMs = 0

  constructor(options: SimpleTokensOptions = {}) {
    this.#ttlMs = (options.ttlSeconds || TTL_SECONDS) * 1000
  }

  assign(token: string, user: string, nowMs: number): void {
    this.#sweep(nowMs)
    this.#tokens.set(token, { user, expiresAtMs: nowMs + this.#ttlMs })
  }

  /** Whose token it is, while it lives. */
  use(token: string, nowMs: number): string | undefined {
    const found = this.#tokens.get(token)
    if (!found) return undefined
    if (found.expiresAtMs < nowMs) {
      this.#tokens.delete(token)
      return undefined
    }
    found.expiresAtMs = nowMs + this.#ttlMs
    return found.user
  }

  /** Tokens given out to a user who was removed, or whose password changed, are worth nothing. */
  invalidate(user: string): void {
    for (const [token, { user: owner }] of this.#tokens) {
      if (owner === user) this.#tokens.delete(token)
    }
  }

  clear(): void {
    this.#tokens.clear()
  }

  get size(): number {
    return this.#tokens.size
  }

  #sweep(nowMs: number): void {
    if (nowMs - this.#sweptAtMs < SWEEP_MS) return
    this.#sweptAtMs = nowMs
    for (const [token, { expiresAtMs }] of this.#tokens) {
      if (expiresAtMs < nowMs) this.#tokens.delete(token)
    }
  }
}

/** The log index that a simple token names: it is known once that entry is applied. */
export function indexOfToken(token: string): number | undefined {
  const parts = token.split('.')
  const index = parts[1]
  if (parts.length !== 2 || index === undefined || !/^\d{1,16}$/.test(index)) return undefined
  return Number(index)
}
