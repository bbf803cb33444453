import {
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  silentLog,
} from '../../../src/base/index.ts'
import { type Client, createClient } from '../../../src/client/index.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'

export function json(status: number, value: unknown, headers = {}): HttpResponse {
  const body = Buffer.from(JSON.stringify(value))
  return { status, headers: { 'content-type': 'application/json', ...headers }, body }
}

export function failure(code: number, reason: string, message: string, headers = {}): HttpResponse {
  const status = { kind: 'Status', apiVersion: 'v1', status: 'Failure', code, reason, message }
  return json(code, status, headers)
}

export function streamed(
  chunks: Iterable<string | Uint8Array> | AsyncIterable<string>,
): HttpResponse {
  return {
    status: 200,
    headers: {},
    body: (async function* () {
      for await (const chunk of chunks) yield Buffer.from(chunk)
    })(),
  }
}

/** A server that answers one request after the other as told, and keeps what it was asked. */
export function scripted(
  ...answers: ((request: HttpRequest) => HttpResponse | Promise<HttpResponse>)[]
): {
  handler: HttpHandler
  requests: HttpRequest[]
} {
  const requests: HttpRequest[] = []
  return {
    requests,
    handler: async (request) => {
      requests.push(request)
      const answer = answers.shift()
      if (!answer) throw new Error(`unexpected request: ${request.method} ${request.url}`)
      return answer(request)
    },
  }
}

export function clientOf(transport: HttpHandler): Client {
  const log = silentLog
  return createClient({ transport, clock: systemClock, random: systemRandom(), log })
}

/** Waits for a condition, and says which when it never comes. */
export async function until(what: string, holds: () => unknown, timeoutMs = 10_000): Promise<void> {
  const startMs = Date.now()
  while (!holds()) {
    if (Date.now() - startMs > timeoutMs) throw new Error(`timed out waiting until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
}

/** Lets all that is ready run: promises, and what they lead to. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve))
}
