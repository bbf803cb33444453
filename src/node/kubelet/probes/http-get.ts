import { KUBERNETES_VERSION } from '../../../api/index.ts'
import { type Clock, type Connection, type Net, withTimeout } from '../../../base/index.ts'

/** What an HTTP GET of a probe or hook came to. */
export type HttpGetResult =
  | {
      readonly kind: 'response'
      readonly status: number
      readonly body: string
      /** Where a redirect leads, as the server wrote it. */
      readonly location: string | undefined
    }
  | { readonly kind: 'failed'; readonly message: string }

export interface HttpGetRequest {
  /** `https`: whatever certificate the server shows. */
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  readonly path: string
  readonly headers: readonly { readonly name: string; readonly value: string }[]
  readonly timeoutMs: number
}

const USER_AGENT = `kube-probe/${/\d+\.\d+/.exec(KUBERNETES_VERSION)?.[0]}`
const REDIRECTS = new Set([301, 302, 303, 307, 308])
const REDIRECTS_MAX = 10
const RESPONSE_BYTES_MAX = 10 * 1024
const BODY_CHARACTERS_SHOWN = 1024

/** One HTTP/1.1 GET over a connection of its own, as a kubelet probes. Never throws. */
export async function httpGet(
  request: HttpGetRequest,
  parts: { net: Net; clock: Clock; signal: AbortSignal },
): Promise<HttpGetResult> {
  const url = urlOf(request)
  const why = 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
  let connection: Connection | undefined
  try {
    return await withTimeout(
      parts.clock,
      request.timeoutMs,
      () => new Error(why),
      async (signal) => {
        const { timeoutMs, scheme } = request
        const tls = scheme === 'https' ? ({ tls: 'unverified' } as const) : {}
        const options = { timeoutMs, signal, ...tls }
        const to = { address: request.host, port: request.port }
        connection = await parts.net.dialTcp(to, options)
        const open = connection
        signal.addEventListener('abort', () => open.destroy(), { once: true })
        try {
          await open.write(Buffer.from(requestText(request)))
          return parseResponse(await readSome(open))
        } catch (error) {
          throw signal.aborted ? signal.reason : error
        }
      },
      { signal: parts.signal },
    )
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error)
    return { kind: 'failed', message: `Get "${url}": ${message}` }
  } finally {
    connection?.destroy()
  }
}

/**
 * The same, and on to where the host redirects to itself. A redirect to another host is the answer,
 * as the kubelet has it: what is there says nothing of the pod.
 */
export async function httpGetFollowing(
  request: HttpGetRequest,
  parts: { net: Net; clock: Clock; signal: AbortSignal },
): Promise<HttpGetResult> {
  const untilMs = parts.clock.monotonicMs() + request.timeoutMs
  let next = request
  for (let redirects = 0; redirects < REDIRECTS_MAX; redirects++) {
    const result = await httpGet(next, parts)
    const target = result.kind === 'response' ? redirectOf(next, result) : undefined
    if (!target) return result
    next = { ...target, timeoutMs: Math.max(1, untilMs - parts.clock.monotonicMs()) }
  }
  const message = `Get "${urlOf(next)}": stopped after ${REDIRECTS_MAX} redirects`
  return { kind: 'failed', message }
}

/** Where on the same host a response leads; undefined when it is none, or leads elsewhere. */
function redirectOf(
  request: HttpGetRequest,
  { status, location }: HttpGetResult & { kind: 'response' },
): HttpGetRequest | undefined {
  if (!REDIRECTS.has(status) || location === undefined) return undefined
  const base = urlOf(request)
  if (!URL.canParse(location, base)) return undefined
  const to = new URL(location, base)
  if (to.hostname !== new URL(base).hostname || !/^https?:$/.test(to.protocol)) return undefined
  const scheme = to.protocol === 'https:' ? 'https' : 'http'
  const port = to.port === '' ? (scheme === 'https' ? 443 : 80) : Number(to.port)
  return { ...request, scheme, port, path: `${to.pathname}${to.search}` }
}

function urlOf({ scheme, host, port, path }: HttpGetRequest): string {
  return `${scheme}://${host}:${port}${path}`
}

function requestText(request: HttpGetRequest): string {
  const own = new Map(request.headers.map((h) => [h.name.toLowerCase(), h] as const))
  const lines = [`GET ${request.path} HTTP/1.1`]
  if (!own.has('host')) lines.push(`Host: ${request.host}:${request.port}`)
  if (!own.has('user-agent')) lines.push(`User-Agent: ${USER_AGENT}`)
  if (!own.has('accept')) lines.push('Accept: */*')
  for (const { name, value } of request.headers) lines.push(`${name}: ${value}`)
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n`
}

async function readSome(connection: Connection): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of connection.incoming) {
    chunks.push(chunk)
    size += chunk.length
    if (size >= RESPONSE_BYTES_MAX) break
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parseResponse(text: string): HttpGetResult {
  const match = /^HTTP\/1\.[01] (\d{3})/.exec(text)
  if (!match) return { kind: 'failed', message: 'malformed HTTP response' }
  const end = text.indexOf('\r\n\r\n')
  const body = end < 0 ? '' : text.slice(end + 4, end + 4 + BODY_CHARACTERS_SHOWN)
  const head = end < 0 ? text : text.slice(0, end)
  const location = /^location:[ \t]*(.*?)[ \t]*$/im.exec(head)?.[1]
  return { kind: 'response', status: Number(match[1]), body, location }
}
