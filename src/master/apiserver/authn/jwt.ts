import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { Signer } from '../../../base/index.ts'
import { algorithmsOf, verifyJws } from './jws.ts'

/** A token's parts, before anybody has checked its signature (RFC 7519). */
export interface Jwt {
  readonly algorithm: string
  readonly keyId: string
  readonly claims: Claims
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}

export interface Claims {
  readonly iss?: string
  readonly sub?: string
  /** As a list, whichever way it was written. */
  readonly aud?: readonly string[]
  /** Seconds since 1970. */
  readonly exp?: number
  readonly nbf?: number
  readonly iat?: number
  readonly jti?: string
  readonly [name: string]: unknown
}

/** A public key with its name. */
export interface VerifyKey {
  readonly keyId: string
  readonly key: KeyObject
}

/** What is longer is no token of anybody's. */
const TOKEN_LENGTH_MAX = 64 * 1024

/** Undefined for what is no JSON Web Token at all. */
export function parseJwt(token: string): Jwt | undefined {
  const parts = token.split('.')
  const [head, body, signature] = parts
  if (parts.length !== 3 || token.length > TOKEN_LENGTH_MAX) return undefined
  if (head === undefined || body === undefined || signature === undefined) return undefined
  const header = parseObject(head)
  const claims = parseObject(body)
  if (!header || !claims || typeof header['alg'] !== 'string') return undefined
  return {
    algorithm: header['alg'],
    keyId: typeof header['kid'] === 'string' ? header['kid'] : '',
    claims: toClaims(claims),
    signed: Buffer.from(`${head}.${body}`),
    signature: Buffer.from(signature, 'base64url'),
  }
}

function parseObject(part: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
    return isObject ? (value as Record<string, unknown>) : undefined
  } catch {
    return undefined
  }
}

// What has another type than it should counts as absent; whoever needs it refuses the token.
function toClaims(raw: Record<string, unknown>): Claims {
  const claims: Record<string, unknown> = { ...raw }
  for (const name of ['iss', 'sub', 'jti']) {
    if (typeof claims[name] !== 'string') delete claims[name]
  }
  for (const name of ['exp', 'nbf', 'iat']) {
    if (typeof claims[name] !== 'number') delete claims[name]
  }
  const { aud } = raw
  const list = typeof aud === 'string' ? [aud] : Array.isArray(aud) ? aud : []
  return { ...claims, aud: list.filter((each) => typeof each === 'string') }
}

/** Whether one of the keys made the signature. A key takes only algorithms of its own kind. */
export function verifyJwt(jwt: Jwt, keys: readonly VerifyKey[]): boolean {
  const named = keys.filter(({ keyId }) => keyId === jwt.keyId)
  return (named.length > 0 ? named : keys).some(({ key }) => verifyJws({ ...jwt, key }))
}

export function signJwt(signer: Signer, claims: Claims): string {
  const { algorithm: alg, keyId: kid } = signer
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const signed = `${part({ alg, kid })}.${part(claims)}`
  return `${signed}.${Buffer.from(signer.sign(Buffer.from(signed))).toString('base64url')}`
}

/** Every public key in a PEM text. A certificate's and a private key's public half count, too. */
export function verifyKeys(pem: string): VerifyKey[] {
  const blocks = pem.match(/-----BEGIN [^-]+-----[^-]+-----END [^-]+-----/g) ?? []
  return blocks.map((block) => {
    const key = createPublicKey(block)
    const der = key.export({ type: 'spki', format: 'der' })
    return { key, keyId: createHash('sha256').update(der).digest('base64url') }
  })
}

/** The keys as a JSON Web Key Set (RFC 7517), for those who check tokens by themselves. */
export function jwksOf(keys: readonly VerifyKey[]): { keys: object[] } {
  return {
    keys: keys.map(({ key, keyId }) => ({
      use: 'sig',
      kty: '',
      kid: keyId,
      ...key.export({ format: 'jwk' }),
      alg: algorithmsOf(key)[0],
    })),
  }
}

/** The keys of a set that can check signatures; others are left out. */
export function keysOfSet(set: unknown): VerifyKey[] {
  const list = (set as { keys?: unknown } | null)?.keys
  if (!Array.isArray(list)) return []
  return list.flatMap((jwk: Record<string, unknown>) => {
    if (jwk['use'] !== undefined && jwk['use'] !== 'sig') return []
    try {
      const key = createPublicKey({ key: jwk as { kty: string }, format: 'jwk' })
      if (algorithmsOf(key).length === 0) return []
      const { kid } = jwk
      return [{ key, keyId: typeof kid === 'string' ? kid : '' }]
    } catch {
      return []
    }
  })
}
