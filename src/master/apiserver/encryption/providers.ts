import { createCipheriv, createDecipheriv } from 'node:crypto'
import type { Random } from '../../../base/index.ts'

/** One way to keep a value, and one key for it. */
export interface Provider {
  /** What stands before a value that it keeps: `k8s:enc:aesgcm:v1:key1:`; empty: the value as is. */
  readonly prefix: string
  seal(value: Uint8Array, context: SealContext): Uint8Array | Promise<Uint8Array>
  /** Throws when the bytes were not sealed with its key, or are no longer as they were. */
  open(sealed: Uint8Array, context: SealContext): Opened | Promise<Opened>
}

/** What was sealed; `stale`: it is to be sealed anew, for the key is no longer the one in use. */
export type Opened = Uint8Array | { readonly value: Uint8Array; readonly stale: boolean }

export interface SealContext {
  /** The key in the store: a value that is moved to another key is no longer good. */
  readonly key: string
  readonly random: Random
}

/** Values as they are. */
export const identity: Provider = {
  prefix: '',
  seal: (value) => value,
  open: (sealed) => sealed,
}

const NONCE_BYTES = 12
const TAG_BYTES = 16
const IV_BYTES = 16

const cipherBits = (secret: Uint8Array): number => {
  if (![16, 24, 32].includes(secret.length)) {
    throw new TypeError(`a key has 16, 24 or 32 bytes, not ${secret.length}`)
  }
  return secret.length * 8
}

/** AES-GCM: nobody changes or moves a value unnoticed. Keys are to be changed now and then. */
export function aesGcm(name: string, secret: Uint8Array): Provider {
  const cipher = `aes-${cipherBits(secret)}-gcm` as 'aes-256-gcm'
  return {
    prefix: `k8s:enc:aesgcm:v1:${name}:`,
    seal(value, { key, random }) {
      const nonce = random.bytes(NONCE_BYTES)
      const sealing = createCipheriv(cipher, secret, nonce)
      sealing.setAAD(Buffer.from(key))
      const body = [sealing.update(value), sealing.final()]
      return Buffer.concat([nonce, ...body, sealing.getAuthTag()])
    },
    open(sealed, { key }) {
      if (sealed.length < NONCE_BYTES + TAG_BYTES) throw new TypeError('too short to be sealed')
      const opening = createDecipheriv(cipher, secret, sealed.subarray(0, NONCE_BYTES))
      opening.setAAD(Buffer.from(key))
      opening.setAuthTag(sealed.subarray(-TAG_BYTES))
      return Buffer.concat([
        opening.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)),
        opening.final(),
      ])
    },
  }
}

/** AES-CBC with PKCS #7 padding, as older clusters have it. */
export function aesCbc(name: string, secret: Uint8Array): Provider {
  const cipher = `aes-${cipherBits(secret)}-cbc`
  return {
    prefix: `k8s:enc:aescbc:v1:${name}:`,
    seal(value, { random }) {
      const iv = random.bytes(IV_BYTES)
      const sealing = createCipheriv(cipher, secret, iv)
      return Buffer.concat([iv, sealing.update(value), sealing.final()])
    },
    open(sealed) {
      const opening = createDecipheriv(cipher, secret, sealed.subarray(0, IV_BYTES))
      return Buffer.concat([opening.update(sealed.subarray(IV_BYTES)), opening.final()])
    },
  }
}
