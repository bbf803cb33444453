import { GrpcCode, GrpcError } from '../../base/index.ts'

/** Cuts a stream of bytes into JSON objects that follow one another, with or without space between. */
export class JsonValues {
  readonly #bytesMax: number
  #held = ''
  #at = 0
  #depth = 0
  #inString = false
  #escaped = false
  readonly #decoder = new TextDecoder()

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax
  }

  /** The texts that are whole now. */
  add(chunk: Uint8Array): string[] {
    this.#held += this.#decoder.decode(chunk, { stream: true })
    const whole: string[] = []
    let start = 0
    for (; this.#at < this.#held.length; this.#at++) {
      if (!this.#endsValue(this.#held[this.#at] ?? '')) continue
      whole.push(this.#held.slice(start, this.#at + 1))
      start = this.#at + 1
    }
    this.#held = this.#held.slice(start)
    this.#at = this.#held.length
    if (this.#held.length > this.#bytesMax) {
      throw new GrpcError(GrpcCode.invalidArgument, 'http: request body too large')
    }
    return whole
  }

  /** What is left over, which is no whole object. */
  end(): string | undefined {
    return this.#held.trim() === '' ? undefined : this.#held
  }

  #endsValue(letter: string): boolean {
    if (this.#inString) {
      if (this.#escaped) this.#escaped = false
      else if (letter === '\\') this.#escaped = true
      else if (letter === '"') this.#inString = false
      return false
    }
    if (letter === '"') this.#inString = true
    else if (letter === '{' || letter === '[') this.#depth++
    else if (letter === '}' || letter === ']') return --this.#depth === 0
    return false
  }
}
