import { ConnectionFault, ErrorCode } from './errors.ts'
import { END_OF_STRING, HUFFMAN_CODES } from './huffman-code.ts'

/** Four bits of input lead from a state to the next, and complete one symbol at most. */
const NIBBLES = 16
const NO_SYMBOL = -1
/** Below this state no code goes on: the string names its own end, which it must not. */
const DEAD = -1

interface Node {
  readonly id: number
  zero?: Node | number
  one?: Node | number
  /** Whether a string may end here: with fewer than 8 bits of ones (RFC 7541 §5.2). */
  readonly accepting: boolean
}

const nodes: Node[] = []
const root = grow(0, true)

function grow(depth: number, allOnes: boolean): Node {
  const node: Node = { id: nodes.length, accepting: allOnes && depth < 8 }
  nodes.push(node)
  return node
}

function plant(): void {
  HUFFMAN_CODES.forEach(({ bits, length }, symbol) => {
    let node = root
    let allOnes = true
    for (let depth = 1; depth <= length; depth++) {
      const side = Math.floor(bits / 2 ** (length - depth)) % 2 === 1 ? 'one' : 'zero'
      allOnes &&= side === 'one'
      if (depth === length) {
        node[side] = symbol
        return
      }
      const known = node[side]
      const next = typeof known === 'object' ? known : grow(depth, allOnes)
      node[side] = next
      node = next
    }
  })
}
plant()

const nextStates = new Int16Array(nodes.length * NIBBLES)
const symbols = new Int16Array(nodes.length * NIBBLES)
for (const node of nodes) for (let nibble = 0; nibble < NIBBLES; nibble++) fill(node, nibble)

function fill(from: Node, nibble: number): void {
  let node = from
  let symbol = NO_SYMBOL
  for (let bit = 8; bit >= 1; bit >>= 1) {
    const next = nibble & bit ? node.one : node.zero
    if (typeof next === 'number') symbol = next
    node = typeof next === 'object' ? next : root
  }
  const at = from.id * NIBBLES + nibble
  symbols[at] = symbol
  nextStates[at] = symbol === END_OF_STRING ? DEAD : node.id
}

const accepting = Uint8Array.from(nodes, (node) => (node.accepting ? 1 : 0))

/** Throws `ConnectionFault` for padding that is none, and for a string that names its end. */
export function huffmanDecode(bytes: Uint8Array, start: number, end: number): string {
  // The shortest code has five bits.
  const out = Buffer.allocUnsafe(Math.floor(((end - start) * 8) / 5) + 1)
  let length = 0
  let state = 0
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number
    for (let shift = 4; shift >= 0; shift -= 4) {
      const at = state * NIBBLES + ((byte >> shift) & 15)
      const symbol = symbols[at] as number
      state = nextStates[at] as number
      if (state === DEAD) throw fault('a Huffman string names its end')
      if (symbol !== NO_SYMBOL) out[length++] = symbol
    }
  }
  if (accepting[state] === 0) throw fault('bad padding of a Huffman string')
  return out.toString('latin1', 0, length)
}

function fault(message: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.compressionError, message)
}

const codeBits = Float64Array.from(HUFFMAN_CODES, ({ bits }) => bits)
const codeLengths = Uint8Array.from(HUFFMAN_CODES, ({ length }) => length)

/** Bytes of the encoded string. */
export function huffmanLength(text: string): number {
  let bits = 0
  for (let i = 0; i < text.length; i++) bits += codeLengths[text.charCodeAt(i) & 0xff] as number
  return (bits + 7) >> 3
}

/** Writes the encoded string; the place behind it. The last byte is filled with ones. */
export function huffmanEncode(text: string, out: Uint8Array, at: number): number {
  let held = 0
  let heldBits = 0
  for (let i = 0; i < text.length; i++) {
    const symbol = text.charCodeAt(i) & 0xff
    const length = codeLengths[symbol] as number
    // At most 7 + 30 bits: more than bit operations of 32 take.
    held = held * 2 ** length + (codeBits[symbol] as number)
    heldBits += length
    while (heldBits >= 8) {
      heldBits -= 8
      const divisor = 2 ** heldBits
      out[at++] = Math.floor(held / divisor)
      held %= divisor
    }
  }
  if (heldBits > 0) out[at++] = (held << (8 - heldBits)) | (0xff >> heldBits)
  return at
}
