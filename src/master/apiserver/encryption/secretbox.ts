import { timingSafeEqual } from 'node:crypto'
import type { Provider } from './providers.ts'

const NONCE_BYTES = 24
const TAG_BYTES = 16
const KEY_BYTES = 32

/** XSalsa20 and Poly1305, as NaCl's secretbox (D. J. Bernstein): 32 bytes of key, any nonce. */
export function secretbox(name: string, secret: Uint8Array): Provider {
  return {
    prefix: `k8s:enc:secretbox:v1:${name}:`,
    seal(value, { random }) {
      const nonce = random.bytes(NONCE_BYTES)
      return Buffer.concat([nonce, sealBox(value, { nonce, key: secret })])
    },
    open(sealed) {
      const nonce = sealed.subarray(0, NONCE_BYTES)
      return openBox(sealed.subarray(NONCE_BYTES), { nonce, key: secret })
    },
  }
}

interface BoxKey {
  readonly nonce: Uint8Array
  readonly key: Uint8Array
}

/** The tag, and the text behind it. */
export function sealBox(text: Uint8Array, of: BoxKey): Uint8Array {
  const stream = xsalsa20(KEY_BYTES + text.length, of)
  const body = xor(text, stream.subarray(KEY_BYTES))
  return Buffer.concat([poly1305(body, stream.subarray(0, KEY_BYTES)), body])
}

/** Throws when the box was not made with that key and nonce, or has been changed. */
export function openBox(box: Uint8Array, of: BoxKey): Uint8Array {
  if (box.length < TAG_BYTES) throw new TypeError('too short to be sealed')
  const body = box.subarray(TAG_BYTES)
  const stream = xsalsa20(KEY_BYTES + body.length, of)
  const tag = poly1305(body, stream.subarray(0, KEY_BYTES))
  if (!timingSafeEqual(tag, box.subarray(0, TAG_BYTES))) {
    throw new TypeError('not sealed with this key, or changed')
  }
  return xor(body, stream.subarray(KEY_BYTES))
}

function xor(a: Uint8Array, b: Uint8Array): Uint8Array {
  return a.map((byte, i) => byte ^ (b[i] ?? 0))
}

const SIGMA = words(Buffer.from('expand 32-byte k'))
const BLOCK_BYTES = 64

function words(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true))
}

/** Key and input in Salsa20's square. */
function square(key: Uint32Array, input: Uint32Array): Uint32Array {
  const [a = 0, b = 0, c = 0, d = 0] = SIGMA
  const state = new Uint32Array(16)
  state.set([a, ...key.subarray(0, 4), b, ...input, c, ...key.subarray(4), d])
  return state
}

/** The columns and rows of a double round. */
const QUARTERS: readonly (readonly [number, number, number, number])[] = [
  [0, 4, 8, 12],
  [5, 9, 13, 1],
  [10, 14, 2, 6],
  [15, 3, 7, 11],
  [0, 1, 2, 3],
  [5, 6, 7, 4],
  [10, 11, 8, 9],
  [15, 12, 13, 14],
]
const DOUBLE_ROUNDS = 10

function doubleRounds(x: Uint32Array): void {
  for (let round = 0; round < DOUBLE_ROUNDS; round++) {
    for (const [a, b, c, d] of QUARTERS) {
      mix(x, b, a, d, 7)
      mix(x, c, b, a, 9)
      mix(x, d, c, b, 13)
      mix(x, a, d, c, 18)
    }
  }
}

function mix(x: Uint32Array, to: number, p: number, q: number, shift: number): void {
  const sum = ((x[p] ?? 0) + (x[q] ?? 0)) | 0
  x[to] = (x[to] ?? 0) ^ ((sum << shift) | (sum >>> (32 - shift)))
}

/** HSalsa20: another key, of a key and 16 bytes. */
function hsalsa20(key: Uint32Array, input: Uint32Array): Uint32Array {
  const x = square(key, input)
  doubleRounds(x)
  return Uint32Array.from([0, 5, 10, 15, 6, 7, 8, 9], (i) => x[i] ?? 0)
}

function xsalsa20(length: number, { nonce, key }: BoxKey): Uint8Array {
  const inner = hsalsa20(words(key), words(nonce.slice(0, 16)))
  const [n0 = 0, n1 = 0] = words(nonce.slice(16, 24))
  const out = Buffer.alloc(Math.ceil(length / BLOCK_BYTES) * BLOCK_BYTES)
  for (let block = 0; block * BLOCK_BYTES < length; block++) {
    const start = square(inner, Uint32Array.of(n0, n1, block, 0))
    const x = Uint32Array.from(start)
    doubleRounds(x)
    for (const [i, word] of x.entries()) {
      out.writeUInt32LE(((start[i] ?? 0) + word) >>> 0, block * BLOCK_BYTES + 4 * i)
    }
  }
  return out.subarray(0, length)
}

const PRIME = (1n << 130n) - 5n
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn

function poly1305(text: Uint8Array, key: Uint8Array): Uint8Array {
  const r = number(key.subarray(0, 16)) & CLAMP
  const s = number(key.subarray(16, 32))
  let sum = 0n
  for (let at = 0; at < text.length; at += 16) {
    const block = text.subarray(at, at + 16)
    sum = ((sum + number(block) + (1n << BigInt(8 * block.length))) * r) % PRIME
  }
  let tag = (sum + s) & ((1n << 128n) - 1n)
  const bytes = new Uint8Array(TAG_BYTES)
  for (let i = 0; i < TAG_BYTES; i++) {
    bytes[i] = Number(tag & 0xffn)
    tag >>= 8n
  }
  return bytes
}

/** Little end first. */
function number(bytes: Uint8Array): bigint {
  const hex = Buffer.from(bytes).reverse().toString('hex')
  return hex === '' ? 0n : BigInt(`0x${hex}`)
}
