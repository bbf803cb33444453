import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto'
import { assert, type Signer } from '../base/index.ts'
import { openTokenKey } from './token-key.ts'

/** A new key pair for tokens (P-256), PEM. The key is a secret. */
export function newSigningKey(): { publicPem: string; keyPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Signs with a private key in PEM: of RSA, or of one of NIST's curves. Throws for others. */
export function signerOf(keyPem: string): Signer {
  const key = createPrivateKey(keyPem)
  const publicKey = createPublicKey(key)
  const opened = openTokenKey({ algorithm: algorithmOf(key), privatePem: keyPem })
  const { algorithm, sign, verify } = opened
  assert(sign, 'a private key signs')
  return {
    algorithm,
    keyId: keyIdOf(publicKey),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign,
    verify,
  }
}

const CURVES: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

function algorithmOf(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  const algorithm = CURVES[key.asymmetricKeyDetails?.namedCurve ?? '']
  if (algorithm !== undefined) return algorithm
  throw new TypeError('a signing key is of RSA or of a curve P-256, P-384 or P-521')
}

/** As in Kubernetes: SHA-256 of the public key's DER. */
function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64url')
}
