import { constants, type KeyObject, verify } from 'node:crypto'

/** Algorithms of signatures that are read (RFC 7518 §3.1). */
export const JWS_ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'ES256',
  'ES384',
  'ES512',
  'PS256',
  'PS384',
  'PS512',
] as const

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** What a key can sign with, the usual one first; empty for keys of other kinds. */
export function algorithmsOf(key: KeyObject): readonly string[] {
  if (key.asymmetricKeyType === 'rsa') return JWS_ALGORITHMS.filter((name) => !name.startsWith('E'))
  const algorithm = CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  return algorithm === undefined ? [] : [algorithm]
}

/** Whether the key made the signature, with that algorithm. False when they do not fit. */
export function verifyJws(of: {
  readonly algorithm: string
  readonly key: KeyObject
  readonly signed: Uint8Array
  readonly signature: Uint8Array
}): boolean {
  const { algorithm, key, signed, signature } = of
  if (!algorithmsOf(key).includes(algorithm)) return false
  const digest = `sha${algorithm.slice(2)}`
  return verify(digest, signed, { key, ...parametersOf(algorithm) }, signature)
}

function parametersOf(algorithm: string) {
  if (algorithm.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' as const }
  if (!algorithm.startsWith('PS')) return {}
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
}
