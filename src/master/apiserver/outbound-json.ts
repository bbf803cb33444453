import { type HttpsCall, type HttpsTarget, readBody } from '../../base/index.ts'

/** A URL of a server of others, and how it is reached. */
export interface JsonEndpoint {
  readonly target: HttpsTarget
  /** The URL, for messages. */
  readonly shown: string
  /** Path and query. */
  readonly path: string
  readonly host: string
}

/** An answer that is none: of another status than 2xx, too long, or no JSON. */
export class AnswerError extends Error {
  override readonly name = 'AnswerError'
  /** 0: the status was good, the rest was not. */
  readonly status: number
  constructor(message: string, status = 0) {
    super(message)
    this.status = status
  }
}

/** Longest answer that is read, in bytes. */
const ANSWER_BYTES_MAX = 3 * 1024 * 1024
/** As much of a refusal is told. */
const SHOWN_MAX = 200

/** Throws `TypeError` for what is no URL of `https`. */
export function jsonEndpoint(
  url: string,
  how: Omit<HttpsTarget, 'host' | 'port'> = {},
): JsonEndpoint {
  const parsed = URL.canParse(url) ? new URL(url) : undefined
  if (parsed?.protocol !== 'https:') {
    throw new TypeError(`${JSON.stringify(url)} is no URL that begins with https://`)
  }
  const port = parsed.port === '' ? 443 : Number(parsed.port)
  const host = parsed.hostname.replace(/^\[|\]$/g, '')
  const path = parsed.pathname + parsed.search
  return { target: { host, port, ...how }, shown: parsed.href, path, host: parsed.host }
}

interface CallOptions {
  readonly body?: object
  readonly headers?: Record<string, string>
  readonly signal: AbortSignal
}

/** GETs JSON, or POSTs it. Throws `AnswerError`, or as the call does. */
export async function callJson(
  call: HttpsCall,
  endpoint: JsonEndpoint,
  options: CallOptions,
): Promise<unknown> {
  const text = await callText(call, endpoint, options)
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new AnswerError('it is no JSON')
  }
}

/** The same for an answer of any kind. */
export async function callText(
  call: HttpsCall,
  endpoint: JsonEndpoint,
  options: CallOptions,
): Promise<string> {
  const { body, headers = {}, signal } = options
  const response = await call(endpoint.target, {
    method: body ? 'POST' : 'GET',
    url: endpoint.path,
    headers: {
      host: endpoint.host,
      accept: 'application/json, */*',
      'user-agent': 'kube-apiserver',
      ...(body && { 'content-type': 'application/json' }),
      ...headers,
    },
    body: body && Buffer.from(JSON.stringify(body)),
    signal,
  })
  const { status, body: answer } = response
  const bytes = await readBody(answer, ANSWER_BYTES_MAX, () => new AnswerError('it is too long'))
  const text = Buffer.from(bytes).toString('utf8')
  if (status < 200 || status > 299) {
    throw new AnswerError(`status ${status}: ${text.trim().slice(0, SHOWN_MAX)}`, status)
  }
  return text
}
