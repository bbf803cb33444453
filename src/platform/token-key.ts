import {
  constants,
  createHmac,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  timingSafeEqual,
  verify,
} from 'node:crypto'
import type { TokenKey } from '../base/index.ts'

export interface TokenKeyOptions {
  /** RFC 7518 §3.1, RFC 8037: HS, RS, PS, ES with 256, 384 or 512; EdDSA. */
  readonly algorithm: string
  readonly publicPem?: string
  /** With HS: the secret itself, as it is. */
  readonly privatePem?: string
}

const CURVES: Readonly<Record<string, string>> = {
  ES256: 'prime256v1',
  ES384: 'secp384r1',
  ES512: 'secp521r1',
}
const ALGORITHM = /^(HS|RS|PS|ES)(256|384|512)$|^EdDSA$/

/** A key for tokens. Throws, in etcd's words, what is wrong with the method or the keys. */
export function openTokenKey(options: TokenKeyOptions): TokenKey {
  const { algorithm, publicPem, privatePem } = options
  const found = ALGORITHM.exec(algorithm)
  if (!found) throw new Error('auth: invalid auth signature method')
  const digest = found[2] ? `sha${found[2]}` : null
  if (found[1] === 'HS') {
    if (!privatePem) throw new Error('auth: missing key data')
    return hmacKey(algorithm, privatePem, digest ?? '')
  }
  const secret = privatePem ? createPrivateKey(privatePem) : undefined
  const open = publicPem ? createPublicKey(publicPem) : secret && createPublicKey(secret)
  if (!open) throw new Error('auth: missing key data')
  if (secret && publicPem && !createPublicKey(secret).equals(open)) {
    throw new Error("auth: public and private keys don't match")
  }
  checkKind(algorithm, open)
  const parameters = parametersOf(algorithm)
  return {
    algorithm,
    ...(secret && { sign: (data) => sign(digest, data, { key: secret, ...parameters }) }),
    verify: (data, signature) => verify(digest, data, { key: open, ...parameters }, signature),
  }
}

function hmacKey(algorithm: string, secret: string, digest: string): TokenKey {
  const mac = (data: Uint8Array) => createHmac(digest, secret).update(data).digest()
  return {
    algorithm,
    sign: mac,
    verify(data, signature) {
      const expected = mac(data)
      return expected.length === signature.length && timingSafeEqual(expected, signature)
    },
  }
}

function parametersOf(algorithm: string) {
  if (algorithm.startsWith('ES')) return { dsaEncoding: 'ieee-p1363' as const }
  if (!algorithm.startsWith('PS')) return {}
  const padding = constants.RSA_PKCS1_PSS_PADDING
  return { padding, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
}

function checkKind(algorithm: string, key: KeyObject): void {
  const kind = key.asymmetricKeyType
  const expected = algorithm === 'EdDSA' ? 'ed25519' : algorithm.startsWith('ES') ? 'ec' : 'rsa'
  const curve = CURVES[algorithm]
  if (kind !== expected || (curve && key.asymmetricKeyDetails?.namedCurve !== curve)) {
    throw new Error(`auth: a key of ${String(kind)} does not fit ${algorithm}`)
  }
}
