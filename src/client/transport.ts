import {
  type Clock,
  ConnectionError,
  type HttpHandler,
  type HttpResponse,
  type Random,
  readBody,
  sleep,
  type StatusError,
} from '../base/index.ts'
import { Backoff } from './backoff.ts'
import { type ForkedSignal, forkSignal } from './signals.ts'
import { answerError } from './status.ts'

/** Tries of one call, the first included. */
const TRIES_MAX = 8
const RETRY_MS_MIN = 20
const RETRY_MS_MAX = 1000
/** A server may ask for patience, but no longer than this. */
const RETRY_AFTER_MS_MAX = 30_000
/** The longest answer that is read into memory. */
const ANSWER_BYTES_MAX = 512 * 1024 * 1024

export interface Call {
  readonly method: string
  /** Path and query. */
  readonly path: string
  /** JSON text. */
  readonly body?: string
  /** Default: `application/json`, when there is a body. */
  readonly contentType?: string
  readonly signal?: AbortSignal
}

export interface TransportOptions {
  readonly transport: HttpHandler
  readonly clock: Clock
  readonly random: Random
  readonly userAgent: string
}

/**
 * Calls that are tried again where that is safe: a request that no master received, a refusal that
 * names a `Retry-After`, and reads. A write that may have acted is never sent twice.
 */
export class Transport {
  readonly #options: TransportOptions

  constructor(options: TransportOptions) {
    this.#options = options
  }

  /** The whole answer. Throws `StatusError`, `ConnectionError`, or the signal's reason. */
  call(call: Call): Promise<Uint8Array> {
    return this.#retry(call, async () => {
      const fork = forkSignal(call.signal)
      try {
        const answer = await this.#send(call, fork.signal)
        const body = await readAnswer(answer)
        if (answer.status >= 400) throw new Refusal(answer, body)
        return body
      } finally {
        fork.release()
      }
    })
  }

  /** The answer's body as it comes. The caller reads it to its end or aborts `signal`. */
  stream(call: Call): Promise<AsyncIterable<Uint8Array>> {
    return this.#retry(call, async () => {
      const fork = forkSignal(call.signal)
      try {
        const answer = await this.#send(call, fork.signal)
        if (answer.status >= 400) throw new Refusal(answer, await readAnswer(answer))
        return chunksOf(answer.body, fork)
      } catch (error) {
        fork.release()
        throw error
      }
    })
  }

  async #retry<R>(call: Call, attempt: () => Promise<R>): Promise<R> {
    const { clock, random } = this.#options
    const backoff = new Backoff(random, { msMin: RETRY_MS_MIN, msMax: RETRY_MS_MAX })
    for (let tries = 1; ; tries++) {
      call.signal?.throwIfAborted()
      try {
        return await attempt()
      } catch (error) {
        call.signal?.throwIfAborted()
        const wait = retryDelayMs(call.method, error, backoff)
        if (wait === undefined || tries >= TRIES_MAX) throw plainError(error)
        await sleep(clock, wait, call.signal ? { signal: call.signal } : {})
      }
    }
  }

  #send(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    const body = call.body === undefined ? undefined : new TextEncoder().encode(call.body)
    return this.#options.transport({
      method: call.method,
      url: call.path,
      headers: {
        accept: 'application/json',
        'user-agent': this.#options.userAgent,
        ...(body && {
          'content-type': call.contentType ?? 'application/json',
          'content-length': String(body.length),
        }),
      },
      body,
      signal,
    })
  }
}

/** An answer with a status of 400 or more, until it is known whether to try again. */
class Refusal extends Error {
  readonly error: StatusError
  /** Undefined when the server names none. */
  readonly retryAfterMs: number | undefined
  constructor(answer: HttpResponse, body: Uint8Array) {
    super('refused')
    this.error = answerError(answer.status, body)
    const seconds = Number.parseInt(answer.headers['retry-after'] ?? '', 10)
    this.retryAfterMs = Number.isNaN(seconds) ? undefined : seconds * 1000
  }
}

function plainError(error: unknown): unknown {
  return error instanceof Refusal ? error.error : error
}

/** Undefined: not to be tried again. */
function retryDelayMs(method: string, error: unknown, backoff: Backoff): number | undefined {
  if (error instanceof ConnectionError) {
    return error.sent && method !== 'GET' ? undefined : backoff.nextMs()
  }
  if (!(error instanceof Refusal)) return undefined
  const { code } = error.error
  // As in client-go: a Retry-After on 429 or any 5xx says that nothing was done.
  if (error.retryAfterMs !== undefined && (code === 429 || code >= 500)) {
    return Math.max(backoff.nextMs(), Math.min(error.retryAfterMs, RETRY_AFTER_MS_MAX))
  }
  return method === 'GET' && (code === 502 || code === 503) ? backoff.nextMs() : undefined
}

async function readAnswer(answer: HttpResponse): Promise<Uint8Array> {
  try {
    return await readBody(answer.body, ANSWER_BYTES_MAX, () => new RangeError('answer too large'))
  } catch (error) {
    if (error instanceof RangeError || error instanceof ConnectionError) throw error
    throw new ConnectionError('the answer broke off', { sent: true, cause: error })
  }
}

/** A body that breaks off throws `ConnectionError`. */
async function* chunksOf(
  body: HttpResponse['body'],
  fork: ForkedSignal,
): AsyncIterable<Uint8Array> {
  try {
    if (body === undefined) return
    if (body instanceof Uint8Array) yield body
    else yield* body
  } catch (error) {
    if (error instanceof ConnectionError) throw error
    throw new ConnectionError('the stream broke off', { sent: true, cause: error })
  } finally {
    fork.release()
    // A reader that leaves early frees the connection.
    fork.controller.abort()
  }
}
