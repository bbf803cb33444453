import {
  type Clock,
  ConnectionError,
  type HttpsCall,
  readBody,
  withTimeout,
} from '../../../base/index.ts'
import { type AggregationOptions, hostOf, type KnownService, targetOf } from './services.ts'

const TIMEOUT_MS = 5_000
const ANSWER_BYTES_MAX = 16 * 1024 * 1024

export interface Asking extends Omit<AggregationOptions, 'call'> {
  readonly clock: Clock
}

/** An extension API server's answer to a question of our own. */
export interface Told {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
}

/** Asks as the aggregator itself. Throws `TargetError`, `ConnectionError`, the signal's reason. */
export async function ask(
  options: Asking & { readonly call: HttpsCall },
  service: KnownService,
  of: { path: string; user: string; headers?: Record<string, string>; signal: AbortSignal },
): Promise<Told> {
  const target = targetOf(options, service)
  const late = () => new ConnectionError('context deadline exceeded', { sent: true })
  const send = async (signal: AbortSignal): Promise<Told> => {
    const { status, headers, body } = await options.call(target, {
      method: 'GET',
      url: of.path,
      headers: { host: hostOf(service), accept: 'application/json', ...of.headers },
      repeated: { 'x-remote-user': [of.user], 'x-remote-group': ['system:masters'] },
      body: undefined,
      signal,
    })
    return { status, headers, bytes: await readBody(body, ANSWER_BYTES_MAX, late) }
  }
  return withTimeout(options.clock, TIMEOUT_MS, late, send, { signal: of.signal })
}

/** A JSON object out of an answer; undefined when it is none. */
export function objectIn({ bytes }: Told): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'))
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
