/**
 * A running hash over everything that happens: two runs of one seed are the same run exactly when
 * their hashes are. 53 bits of two FNV-1a lanes; not cryptographic.
 */
export class Trace {
  #low = 0x811c9dc5
  #high = 0x01000193
  #count = 0
  readonly #listener: ((line: string) => void) | undefined

  /** `listener` gets every line as well, for looking at one run. */
  constructor(listener?: (line: string) => void) {
    this.#listener = listener
  }

  get count(): number {
    return this.#count
  }

  record(line: string): void {
    this.#count++
    for (let i = 0; i < line.length; i++) this.#mix(line.charCodeAt(i))
    this.#mix(0x0a)
    this.#listener?.(line)
  }

  /** Mixes bytes in without a line. */
  recordBytes(bytes: Uint8Array): void {
    for (const byte of bytes) this.#mix(byte)
  }

  /** Sixteen hex digits. */
  digest(): string {
    const hex = (n: number) => (n >>> 0).toString(16).padStart(8, '0')
    return hex(this.#high) + hex(this.#low)
  }

  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193)
    this.#high = Math.imul(this.#high ^ value ^ (this.#low >>> 15), 0x85ebca6b)
  }
}
