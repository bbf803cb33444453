import { ConnectionError, type HttpHandler, type HttpRequest } from '../../../src/base/index.ts'
import type { HttpResponse } from '../../../src/base/index.ts'
import type { Lifetime, SeededRandom, SimClock } from '../../../src/sim/index.ts'

/** A server that clients may reach: there while its process lives. */
export interface Server {
  readonly name: string
  readonly handler: HttpHandler
  readonly lifetime: Lifetime
}

export interface HttpWeather {
  delayMsMax: number
  /** Chance that the connection of a request breaks, before or after it was carried out. */
  resetRate: number
  /** Mean milliseconds that a stream of a response lasts; 0: for ever. */
  streamMsMean: number
}

/** HTTP between processes in virtual time: it takes a while, and breaks with the server or by itself. */
export class SimHttp {
  readonly #clock: SimClock
  readonly #random: SeededRandom
  readonly weather: HttpWeather

  constructor(options: { clock: SimClock; random: SeededRandom; weather: HttpWeather }) {
    this.#clock = options.clock
    this.#random = options.random
    this.weather = { ...options.weather }
  }

  /** A client of all servers: it stays with one that works, as the platform's does. */
  client(servers: () => readonly (Server | undefined)[], first: number): HttpHandler {
    let current = first
    return async (request) => {
      const all = servers()
      for (let attempt = 0; ; attempt++) {
        try {
          return await this.#request(all[current % all.length], request)
        } catch (error) {
          if (request.signal.aborted) throw request.signal.reason
          if (!(error instanceof ConnectionError)) throw error
          current++
          if (attempt >= all.length || (error.sent && request.method !== 'GET')) throw error
        }
      }
    }
  }

  async #request(server: Server | undefined, request: HttpRequest): Promise<HttpResponse> {
    await this.#travel()
    request.signal.throwIfAborted()
    if (!server?.lifetime.alive) throw new ConnectionError('refused', { sent: false })
    const breaksBefore = this.#random.chance(this.weather.resetRate)
    const breaksAfter = this.#random.chance(this.weather.resetRate)
    if (breaksBefore) throw new ConnectionError('reset on the way', { sent: true })
    const call = new AbortController()
    const end = endOf(server, request.signal)
    try {
      const answer = server.handler({ ...request, signal: call.signal })
      const response = await Promise.race([answer, end.promise])
      await this.#travel()
      if (breaksAfter || !server.lifetime.alive) {
        throw new ConnectionError('reset on the way back', { sent: true })
      }
      const { body } = response
      if (body === undefined || body instanceof Uint8Array) return response
      return { ...response, body: this.#stream(body, { server, call, signal: request.signal }) }
    } catch (error) {
      call.abort(new Error('the client is gone'))
      throw error
    } finally {
      end.release()
    }
  }

  async *#stream(
    chunks: AsyncIterable<Uint8Array>,
    of: { server: Server; call: AbortController; signal: AbortSignal },
  ): AsyncGenerator<Uint8Array> {
    const { server, call, signal } = of
    const iterator = chunks[Symbol.asyncIterator]()
    const cut = this.#cutOff()
    const end = endOf(server, signal)
    try {
      for (;;) {
        const next = await Promise.race([iterator.next(), end.promise, cut.promise])
        if (next.done) return
        await this.#travel()
        if (!server.lifetime.alive) throw new ConnectionError('reset', { sent: true })
        yield next.value
      }
    } finally {
      cut.cancel()
      end.release()
      call.abort(new Error('the client is gone'))
    }
  }

  #cutOff(): { promise: Promise<never>; cancel: () => void } {
    const { streamMsMean } = this.weather
    if (streamMsMean === 0) return { promise: new Promise(() => {}), cancel: () => {} }
    let cancel = () => {}
    const promise = new Promise<never>((_, reject) => {
      const timer = this.#clock.schedule(this.#random.between(0, 2 * streamMsMean), () =>
        reject(new ConnectionError('the stream was cut', { sent: true })),
      )
      cancel = () => timer.cancel()
    })
    promise.catch(() => undefined)
    return { promise, cancel }
  }

  #travel(): Promise<void> {
    return this.#clock.wait(this.#random.between(0.05, this.weather.delayMsMax))
  }
}

/** Rejects when the server dies or the client gives up, until it is released. */
function endOf(
  { lifetime, name }: Server,
  signal: AbortSignal,
): { promise: Promise<never>; release: () => void } {
  let release = () => {}
  const promise = new Promise<never>((_, reject) => {
    const onAbort = () => reject(signal.reason)
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    const forget = lifetime.onEnd(() =>
      reject(new ConnectionError(`${name} is gone`, { sent: true })),
    )
    release = () => {
      signal.removeEventListener('abort', onAbort)
      forget()
    }
  })
  promise.catch(() => undefined)
  return { promise, release }
}
