import type { HttpHeaders } from '../../base/index.ts'

/** Of one connection alone (RFC 9110 §7.6.1). */
const OF_CONNECTION = [
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]

/** What a proxy hands on, of a request or an answer. */
export function endToEnd(headers: HttpHeaders): HttpHeaders {
  const named = (headers['connection'] ?? '').split(',').map((name) => name.trim().toLowerCase())
  const dropped = new Set([...OF_CONNECTION, ...named])
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !dropped.has(name)))
}

/** Of a request for another protocol, what a proxy asks for in its turn; else nothing. */
export function handshakeOf({ connection = '', upgrade }: HttpHeaders): HttpHeaders {
  const asks = connection.split(',').some((name) => name.trim().toLowerCase() === 'upgrade')
  return asks && upgrade !== undefined ? { connection: 'Upgrade', upgrade } : {}
}
