/** Characters that Go's escapes have a letter for. */
export const NAMED_ESCAPES: Readonly<Record<string, string>> = {
  '\u0007': '\\a',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
  '\\': '\\\\',
  '"': '\\"',
}

/** What Go's `%q` does not show as it is: of spaces, only the plain one is shown. */
const HIDDEN = /["\\]|[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu

/** A text as Go's `%q` shows it. */
export function goQuote(text: string): string {
  return `"${text.replace(HIDDEN, escape)}"`
}

function escape(char: string): string {
  const named = NAMED_ESCAPES[char]
  if (named !== undefined) return named
  const code = char.codePointAt(0) ?? 0
  const hex = code.toString(16)
  if (code < 0x80) return `\\x${hex.padStart(2, '0')}`
  if (code >= 0xd800 && code < 0xe000) return '\\ufffd'
  return code > 0xffff ? `\\U${hex.padStart(8, '0')}` : `\\u${hex.padStart(4, '0')}`
}
