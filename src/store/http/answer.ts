import type { HttpHeaders, HttpResponse } from '../../base/index.ts'

export type Answer = HttpResponse

export function plainText(status: number, text: string, headers: HttpHeaders = {}): Answer {
  const type = { 'content-type': 'text/plain; charset=utf-8' }
  return { status, headers: { ...type, ...headers }, body: Buffer.from(text) }
}

export function json(status: number, value: unknown): Answer {
  const headers = { 'content-type': 'application/json' }
  return { status, headers, body: Buffer.from(JSON.stringify(value)) }
}
