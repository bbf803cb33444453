import type { TokenKey } from '../../base/index.ts'
import type { AuthInfo } from './admit.ts'

/** etcd's `--auth-token jwt,…`. */
export interface JwtOptions {
  readonly key: TokenKey
  readonly ttlSeconds: number
}

/** A token as etcd makes it: the user, the auth revision, and when it ends (RFC 7519). */
export function signJwt(
  who: AuthInfo,
  { key, ttlSeconds, nowMs }: JwtOptions & { nowMs: number },
): string | undefined {
  if (!key.sign) return undefined
  const exp = Math.floor(nowMs / 1000) + ttlSeconds
  const claims = { exp, revision: who.revision, username: who.user }
  const signed = `${encode({ alg: key.algorithm, typ: 'JWT' })}.${encode(claims)}`
  return `${signed}.${Buffer.from(key.sign(Buffer.from(signed))).toString('base64url')}`
}

/** Whose token it is, if the key made it and its time is not over. */
export function readJwt(token: string, key: TokenKey, nowMs: number): AuthInfo | undefined {
  const parts = token.split('.')
  const [head, body, signature] = parts
  if (parts.length !== 3 || !head || !body || !signature) return undefined
  // RFC 8725 §3.1: the key says the algorithm, never the token.
  if (decode(head)?.['alg'] !== key.algorithm) return undefined
  const signed = Buffer.from(`${head}.${body}`)
  if (!key.verify(signed, Buffer.from(signature, 'base64url'))) return undefined
  const claims = decode(body)
  if (!claims || !isTimely(claims, nowMs / 1000)) return undefined
  const { username, revision } = claims
  if (typeof username !== 'string' || typeof revision !== 'number') return undefined
  return { user: username, revision: Math.trunc(revision) }
}

function isTimely({ exp, nbf }: Record<string, unknown>, nowSeconds: number): boolean {
  for (const each of [exp, nbf]) if (each !== undefined && typeof each !== 'number') return false
  if (typeof exp === 'number' && nowSeconds >= exp) return false
  return typeof nbf !== 'number' || nowSeconds >= nbf
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url')
}

function decode(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString())
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}
