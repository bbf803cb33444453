const END = 'unexpected end of JSON input'
const SPACE = 32
const QUOTE = 34
const BACKSLASH = 92
const WORDS: Readonly<Record<string, string>> = { t: 'true', f: 'false', n: 'null' }

type State = 'value' | 'firstItem' | 'firstKey' | 'key' | 'colon' | 'after'

/** What Go's `encoding/json` says of a text that is no JSON (RFC 8259), where its scanner stops. */
export function describeSyntaxError(text: string | Uint8Array): string {
  return new Scanner(typeof text === 'string' ? Buffer.from(text) : text).run()
}

/** Goes through a text byte by byte, as Go does; what it finds first is told. */
class Scanner {
  readonly #bytes: Uint8Array
  readonly #open: ('object' | 'array')[] = []
  #at = 0
  #state: State = 'value'

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  run(): string {
    for (;;) {
      while (isBlank(this.#bytes[this.#at])) this.#at++
      if (this.#at >= this.#bytes.length) return END
      const fault = this.#step(String.fromCharCode(this.#bytes[this.#at] ?? 0))
      if (fault !== undefined) return fault
    }
  }

  #step(char: string): string | undefined {
    switch (this.#state) {
      case 'value':
      case 'firstItem':
        if (this.#state === 'firstItem' && char === ']') return this.#close()
        return this.#value(char)
      case 'key':
      case 'firstKey':
        if (this.#state === 'firstKey' && char === '}') return this.#close()
        if (char !== '"') return this.#wrong('looking for beginning of object key string')
        this.#state = 'colon'
        return this.#text()
      case 'colon':
        if (char !== ':') return this.#wrong('after object key')
        this.#at++
        this.#state = 'value'
        return undefined
      case 'after':
        return this.#after(char)
    }
  }

  #after(char: string): string | undefined {
    const within = this.#open.at(-1)
    if (within === undefined) return this.#wrong('after top-level value')
    if (char === (within === 'object' ? '}' : ']')) return this.#close()
    if (char !== ',') {
      return this.#wrong(
        within === 'object' ? 'after object key:value pair' : 'after array element',
      )
    }
    this.#at++
    this.#state = within === 'object' ? 'key' : 'value'
    return undefined
  }

  #close(): undefined {
    this.#at++
    this.#open.pop()
    this.#state = 'after'
  }

  #value(char: string): string | undefined {
    if (char === '{' || char === '[') {
      this.#at++
      this.#open.push(char === '{' ? 'object' : 'array')
      this.#state = char === '{' ? 'firstKey' : 'firstItem'
      return undefined
    }
    this.#state = 'after'
    if (char === '"') return this.#text()
    const word = WORDS[char]
    if (word !== undefined) return this.#word(word)
    if (/[-0-9]/.test(char)) return this.#number()
    return this.#wrong('looking for beginning of value')
  }

  #text(): string | undefined {
    for (this.#at++; ; this.#at++) {
      const code = this.#bytes[this.#at]
      if (code === undefined) return END
      if (code < SPACE) return this.#wrong('in string literal')
      if (code === BACKSLASH) {
        const fault = this.#escape()
        if (fault !== undefined) return fault
      }
      if (code === QUOTE) {
        this.#at++
        return undefined
      }
    }
  }

  #escape(): string | undefined {
    const char = this.#char(++this.#at)
    if (!/[bfnrt\\/"u]/.test(char)) return this.#wrong('in string escape code')
    if (char !== 'u') return undefined
    for (let i = 0; i < 4; i++) {
      const digit = this.#char(++this.#at)
      if (!/[0-9a-fA-F]/.test(digit)) return this.#wrong('in \\u hexadecimal character escape')
    }
    return undefined
  }

  #word(word: string): string | undefined {
    for (const letter of word) {
      if (this.#char(this.#at) !== letter) {
        return this.#wrong(`in literal ${word} (expecting '${letter}')`)
      }
      this.#at++
    }
    return undefined
  }

  #number(): string | undefined {
    if (this.#char(this.#at) === '-') this.#at++
    const first = this.#char(this.#at)
    if (!isDigit(first)) return this.#wrong('in numeric literal')
    this.#at++
    if (first !== '0') this.#digits()
    if (this.#char(this.#at) === '.') {
      this.#at++
      if (!this.#digits()) return this.#wrong('after decimal point in numeric literal')
    }
    if (!/[eE]/.test(this.#char(this.#at))) return undefined
    this.#at++
    if (/[-+]/.test(this.#char(this.#at))) this.#at++
    return this.#digits() ? undefined : this.#wrong('in exponent of numeric literal')
  }

  /** Whether there are any. */
  #digits(): boolean {
    const from = this.#at
    while (isDigit(this.#char(this.#at))) this.#at++
    return this.#at > from
  }

  /** Go ends a text with a blank of its own. */
  #char(at: number): string {
    return String.fromCharCode(this.#bytes[at] ?? SPACE)
  }

  #wrong(where: string): string {
    return `invalid character ${quoted(this.#bytes[this.#at] ?? SPACE)} ${where}`
  }
}

const isDigit = (char: string) => /[0-9]/.test(char)

function isBlank(code: number | undefined): boolean {
  return code === SPACE || code === 9 || code === 10 || code === 13
}

const NAMED: Readonly<Record<number, string>> = {
  7: '\\a',
  8: '\\b',
  9: '\\t',
  10: '\\n',
  11: '\\v',
  12: '\\f',
  13: '\\r',
  39: "\\'",
  92: '\\\\',
  127: '\\x7f',
}

function quoted(code: number): string {
  const named = NAMED[code]
  if (named !== undefined) return `'${named}'`
  if (code < SPACE) return `'\\x${code.toString(16).padStart(2, '0')}'`
  return code > 127 && code < 161
    ? `'\\u${code.toString(16).padStart(4, '0')}'`
    : `'${String.fromCharCode(code)}'`
}
