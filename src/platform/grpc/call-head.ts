import type { RequestHead } from '../http2/index.ts'

/** What a call's headers say. */
export interface CallHead {
  /** Keys in lower case, without those of the protocol itself; `-bin` values decoded. */
  readonly metadata: Readonly<Record<string, string>>
  /** How messages are compressed: `identity` or another word. */
  readonly encoding: string
  readonly timeoutMs: number | undefined
}

const heads = new WeakMap<RequestHead, CallHead>()

const PROTOCOL = new Set(['content-type', 'te', 'host', 'grpc-encoding', 'grpc-timeout'])
const UNITS_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
}
/** What timers can take: about 24 days. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1

/** Undefined when `grpc-timeout` cannot be read. */
export function readCallHead(head: RequestHead): CallHead | undefined {
  const known = heads.get(head)
  if (known) return known
  const { headers } = head
  const timeout = headers['grpc-timeout']
  const timeoutMs = timeout === undefined ? undefined : parseTimeout(timeout)
  if (timeout !== undefined && timeoutMs === undefined) return undefined
  const metadata: Record<string, string> = {}
  for (const [key, value] of Object.entries(headers)) {
    if (!PROTOCOL.has(key)) metadata[key] = key.endsWith('-bin') ? decodeBinary(value) : value
  }
  const read = { metadata, encoding: headers['grpc-encoding'] ?? 'identity', timeoutMs }
  heads.set(head, read)
  return read
}

/** At most eight digits and a unit. */
export function parseTimeout(text: string): number | undefined {
  const match = /^(\d{1,8})([HMSmun])$/.exec(text)
  if (!match) return undefined
  return Math.min(Number(match[1]) * (UNITS_MS[match[2] as string] as number), TIMEOUT_MS_MAX)
}

/** Base64, padded or not; several values are separated by commas. */
function decodeBinary(value: string): string {
  const parts = value.split(',').map((part) => Buffer.from(part.trim(), 'base64').toString())
  return parts.join(', ')
}
