const NUMBER = /-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?/y
const LARGE = /^-?\d{16,}$/

/**
 * JSON with its integers beyond 2^53 as strings: some write lease ids, which are such, as numbers.
 * What is no JSON stays none.
 */
export function quoteLargeIntegers(text: string): string {
  if (!/\d{16}/.test(text)) return text
  let quoted = ''
  let from = 0
  for (let at = 0; at < text.length; ) {
    if (text[at] === '"') {
      at = endOfString(text, at)
      continue
    }
    NUMBER.lastIndex = at
    const number = NUMBER.exec(text)?.[0]
    if (number !== undefined && LARGE.test(number)) {
      quoted += `${text.slice(from, at)}"${number}"`
      from = at + number.length
    }
    at += number?.length ?? 1
  }
  return quoted + text.slice(from)
}

/** Behind the quote that ends the string which begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = start; ; ) {
    end = text.indexOf('"', end + 1)
    if (end < 0) return text.length
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end + 1
  }
}
