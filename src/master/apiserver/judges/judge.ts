import {
  type Clock,
  ConnectionError,
  type HttpsCall,
  type HttpsTarget,
  sleep,
  withTimeout,
} from '../../../base/index.ts'
import { AnswerError, callJson, jsonEndpoint } from '../outbound-json.ts'

/** A server of others that judges tokens or requests, as a kubeconfig of it says. */
export interface JudgeOptions extends Omit<HttpsTarget, 'host' | 'port'> {
  /** Of `https`. */
  readonly url: string
  /** How it knows us. A secret. */
  readonly authorization?: string
  /** Of the reviews that it reads. */
  readonly version: 'v1' | 'v1beta1'
  /** With all repetitions. Default half a minute. */
  readonly timeoutMs?: number
}

/** It could not be asked, or answered what cannot be understood. */
export class JudgeError extends Error {
  override readonly name = 'JudgeError'
}

const ANSWER_TIMEOUT_MS = 30_000
const PAUSE_MS_FIRST = 500
const PAUSE_FACTOR = 1.5
const ATTEMPTS = 5

/** Sends reviews, and reads their status. */
export class Judge {
  readonly #options: JudgeOptions
  readonly #call: HttpsCall
  readonly #clock: Clock

  /** Throws `TypeError` when the URL is none of `https`. */
  constructor(options: JudgeOptions, parts: { call: HttpsCall; clock: Clock }) {
    jsonEndpoint(options.url)
    this.#options = options
    this.#call = parts.call
    this.#clock = parts.clock
  }

  /** The status of a review. Throws `JudgeError`. */
  async ask(of: { group: string; kind: string; spec: object }): Promise<object> {
    const { group, kind, spec } = of
    const apiVersion = `${group}/${this.#options.version}`
    const review = { kind, apiVersion, metadata: { creationTimestamp: null }, spec, status: {} }
    const late = () => new AnswerError('context deadline exceeded')
    const { timeoutMs = ANSWER_TIMEOUT_MS } = this.#options
    const found = (await withTimeout(this.#clock, timeoutMs, late, (signal) => {
      return this.#post(review, signal)
    }).catch((error: unknown) => {
      throw failureOf(error, this.#options.url)
    })) as { status?: unknown } | null
    const status = found?.status
    if (typeof status === 'object' && status !== null) return status
    throw new JudgeError(`Post ${JSON.stringify(this.#options.url)}: the answer has no status`)
  }

  async #post(review: object, signal: AbortSignal): Promise<unknown> {
    const { url, authorization, version: _, timeoutMs: __, ...how } = this.#options
    const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
    for (let attempt = 0; ; attempt++) {
      try {
        return await callJson(this.#call, jsonEndpoint(url, how), { body: review, headers, signal })
      } catch (error) {
        if (attempt + 1 >= ATTEMPTS || !mayPass(error)) throw error
        await sleep(this.#clock, PAUSE_MS_FIRST * PAUSE_FACTOR ** attempt, { signal })
      }
    }
  }
}

/** A connection that was lost, and a server in trouble. One that is not there is not waited for. */
function mayPass(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.sent
  return error instanceof AnswerError && (error.status === 429 || error.status >= 500)
}

function failureOf(error: unknown, url: string): unknown {
  const isTheirs = error instanceof AnswerError || error instanceof ConnectionError
  if (!isTheirs) return error
  return new JudgeError(`Post ${JSON.stringify(url)}: ${error.message}`, { cause: error })
}
