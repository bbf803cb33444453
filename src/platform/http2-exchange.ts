import type { HttpRequest, HttpResponse } from '../base/index.ts'
import { RequestBody } from './http2-body.ts'
import { ErrorCode, type Header, type Http2Stream, type StreamListener } from './http2/index.ts'
import type { ServerContext } from './server-context.ts'
import type { TlsClient } from './tls.ts'

/** Forbidden in HTTP/2 (RFC 9113 §8.2.2). */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding'])

/** Who asks. */
export interface Http2Client extends TlsClient {
  readonly secure?: boolean
  readonly remoteAddress?: string
}

/** One request and its response over HTTP/2. Never rejects. */
export async function serveHttp2(
  context: ServerContext,
  stream: Http2Stream,
  client: Http2Client,
): Promise<void> {
  const exchange = new Exchange(stream)
  context.active.add(exchange.controller)
  try {
    const response = await context.handler(exchange.request(client))
    await exchange.respond(response)
  } catch (error) {
    const { method, path } = stream.head
    context.log.error('request failed', { error, method, url: path })
    exchange.fail()
  } finally {
    context.active.delete(exchange.controller)
  }
}

class Exchange implements StreamListener {
  readonly controller = new AbortController()
  readonly #stream: Http2Stream
  readonly #body: RequestBody | undefined
  #room: (() => void) | undefined

  constructor(stream: Http2Stream) {
    this.#stream = stream
    this.#body = stream.remoteEnded ? undefined : new RequestBody(stream)
    stream.listener = this
  }

  data(chunk: Buffer, ended: boolean): void {
    this.#body?.add(chunk, ended)
  }

  drained(): void {
    this.#room?.()
  }

  closed(error: Error | undefined): void {
    if (error) {
      this.controller.abort(new Error('the client went away'))
      this.#body?.fail(error)
    }
    this.#room?.()
  }

  request(client: Http2Client): HttpRequest {
    const { method, path: url, headers } = this.#stream.head
    if (this.#body && headers['expect']?.toLowerCase() === '100-continue') {
      this.#stream.respond([[':status', '100']], { end: false })
    }
    return { method, url, headers, body: this.#body, ...client, signal: this.controller.signal }
  }

  /** Throws what the body throws. */
  async respond(response: HttpResponse): Promise<void> {
    const { body } = response
    const bodyless = body === undefined || this.#stream.head.method === 'HEAD'
    this.#stream.respond(headersOf(response), { end: bodyless })
    if (bodyless) return
    if (body instanceof Uint8Array) this.#stream.end({ chunk: body })
    else await this.#pipe(body)
  }

  fail(): void {
    if (this.#stream.answered) {
      this.#stream.reset(ErrorCode.internalError)
      return
    }
    const headers: Header[] = [
      [':status', '500'],
      ['content-type', 'text/plain'],
    ]
    this.#stream.respond(headers, { end: false })
    this.#stream.end({ chunk: Buffer.from('internal server error\n') })
  }

  /** Stops, having told the iterator to return, when the client is gone or the server stops. */
  async #pipe(body: AsyncIterable<Uint8Array>): Promise<void> {
    const iterator = body[Symbol.asyncIterator]()
    const { signal } = this.controller
    const gone = new Promise<undefined>((resolve) => {
      const stop = () => {
        resolve(undefined)
        this.#room?.()
      }
      if (signal.aborted) stop()
      else signal.addEventListener('abort', stop, { once: true })
    })
    for (;;) {
      const next = await Promise.race([iterator.next(), gone])
      if (next === undefined || signal.aborted) break
      if (next.done) {
        this.#stream.end()
        return
      }
      if (!this.#stream.write(next.value)) await this.#drained()
    }
    // Not awaited: a generator that hangs in its own await would hold the connection.
    void iterator.return?.().catch(() => undefined)
    this.#stream.end()
  }

  #drained(): Promise<void> {
    if (this.#stream.closed || this.controller.signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      this.#room = resolve
    })
  }
}

function headersOf(response: HttpResponse): Header[] {
  const headers: Header[] = [[':status', String(response.status)]]
  const { body } = response
  if (body instanceof Uint8Array && response.headers['content-length'] === undefined) {
    headers.push(['content-length', String(body.length)])
  }
  for (const [name, value] of Object.entries(response.headers)) {
    const lower = name.toLowerCase()
    if (!HOP_HEADERS.has(lower)) headers.push([lower, value])
  }
  for (const cookie of response.cookies ?? []) headers.push(['set-cookie', cookie])
  return headers
}
