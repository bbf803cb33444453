const SIMPLE: Readonly<Record<string, number>> = {
  a: 7,
  b: 8,
  f: 12,
  n: 10,
  r: 13,
  t: 9,
  v: 11,
  '\\': 92,
  "'": 39,
  '"': 34,
  '`': 96,
  '?': 63,
}

interface Escape {
  readonly code: number
  readonly length: number
  /** Whether it names a byte (`\x41`, `\101`), not a code point of more. */
  readonly octet: boolean
}

function readEscape(text: string, at: number): Escape | undefined {
  const next = text[at + 1] ?? ''
  const simple = SIMPLE[next]
  if (simple !== undefined) return { code: simple, length: 2, octet: true }
  const numeric =
    /^\\(?:[xX]([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2}))/.exec(
      text.slice(at, at + 10),
    )
  if (!numeric) return undefined
  const [whole, hex, short, long, octal] = numeric
  const code = octal ? Number.parseInt(octal, 8) : Number.parseInt(hex ?? short ?? long ?? '', 16)
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) return undefined
  return { code, length: whole.length, octet: hex !== undefined || octal !== undefined }
}

/** What a string literal says; undefined when an escape is wrong. */
export function readText(inner: string, raw: boolean): string | undefined {
  if (raw || !inner.includes('\\')) return inner
  let text = ''
  for (let at = 0; at < inner.length; ) {
    if (inner[at] !== '\\') {
      text += inner[at++]
      continue
    }
    const escape = readEscape(inner, at)
    if (!escape) return undefined
    text += String.fromCodePoint(escape.code)
    at += escape.length
  }
  return text
}

/** What a bytes literal says: UTF-8 of its text, with octets where escapes name them. */
export function readBytes(inner: string, raw: boolean): Uint8Array | undefined {
  const parts: Uint8Array[] = []
  for (let at = 0; at < inner.length; ) {
    const escape = !raw && inner[at] === '\\' ? readEscape(inner, at) : undefined
    if (!raw && inner[at] === '\\' && !escape) return undefined
    if (escape) {
      const { code, octet, length } = escape
      parts.push(octet ? Uint8Array.of(code) : Buffer.from(String.fromCodePoint(code)))
      at += length
      continue
    }
    const rune = String.fromCodePoint(inner.codePointAt(at) ?? 0)
    parts.push(Buffer.from(rune))
    at += rune.length
  }
  return new Uint8Array(Buffer.concat(parts))
}
