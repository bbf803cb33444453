import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto'
import type { Signer } from '../base/index.ts'

/** A new key pair for tokens (P-256), PEM. The key is a secret. */
export function newSigningKey(): { publicPem: string; keyPem: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return {
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

/** Signs with a private key in PEM: of RSA, or of the curve P-256. Throws for others. */
export function signerOf(keyPem: string): Signer {
  const key = createPrivateKey(keyPem)
  const algorithm = algorithmOf(key)
  const publicKey = createPublicKey(key)
  return {
    algorithm,
    keyId: keyIdOf(publicKey),
    publicPem: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    // JWS has r and s side by side, not in DER (RFC 7518 §3.4).
    sign: (data) => sign('sha256', data, { key, dsaEncoding: 'ieee-p1363' }),
  }
}

function algorithmOf(key: KeyObject): Signer['algorithm'] {
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  const isP256 = key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  if (key.asymmetricKeyType === 'ec' && isP256) return 'ES256'
  throw new TypeError('a signing key is of RSA or of the curve P-256')
}

/** As in Kubernetes: SHA-256 of the public key's DER. */
function keyIdOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return createHash('sha256').update(der).digest('base64url')
}
