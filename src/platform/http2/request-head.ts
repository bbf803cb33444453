import type { HttpHeaders } from '../../base/index.ts'
import type { Header } from './header-table.ts'

/** A request without its body. */
export interface RequestHead {
  readonly method: string
  /** Path and query. */
  readonly path: string
  readonly scheme: string
  /** With `host` from `:authority`. */
  readonly headers: HttpHeaders
  readonly contentLength: number | undefined
}

/** RFC 9113 §8.2.2: what speaks of one connection has no place here. */
const FORBIDDEN = new Set([
  'connection',
  'keep-alive',
  'proxy-connection',
  'transfer-encoding',
  'upgrade',
])
// RFC 9110 §5.6.2, in lower case.
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/
// §8.2.1: no NUL, CR or LF, no space around.
const BAD_VALUE = /[\0\r\n]|^[ \t]|[ \t]$/

/** The head of a request; undefined when it is malformed (§8.1.1). */
export function readHead(fields: readonly Header[]): RequestHead | undefined {
  const pseudo = new Map<string, string>()
  const headers: Record<string, string> = {}
  let plain = false
  for (const [name, value] of fields) {
    if (BAD_VALUE.test(value)) return undefined
    if (name.startsWith(':')) {
      // §8.3: first, each once.
      if (plain || pseudo.has(name) || !REQUEST_PSEUDO.has(name)) return undefined
      pseudo.set(name, value)
      continue
    }
    plain = true
    if (!addHeader(headers, name, value)) return undefined
  }
  return assemble(pseudo, headers)
}

const REQUEST_PSEUDO = new Set([':method', ':scheme', ':authority', ':path'])

/** Whether a block may stand behind a body (§8.1): fields alone. */
export function areTrailers(fields: readonly Header[]): boolean {
  return fields.every(([name, value]) => addHeader({}, name, value) && !BAD_VALUE.test(value))
}

function addHeader(headers: Record<string, string>, name: string, value: string): boolean {
  if (!NAME.test(name) || FORBIDDEN.has(name)) return false
  if (name === 'te' && value !== 'trailers') return false
  if (name === '__proto__') return true
  const before = Object.hasOwn(headers, name) ? headers[name] : undefined
  // §8.2.3: crumbs of a cookie are one header for everybody else.
  const glue = name === 'cookie' ? '; ' : ', '
  headers[name] = before === undefined ? value : before + glue + value
  return true
}

function assemble(
  pseudo: ReadonlyMap<string, string>,
  headers: Record<string, string>,
): RequestHead | undefined {
  const method = pseudo.get(':method')
  const path = pseudo.get(':path')
  const scheme = pseudo.get(':scheme')
  const authority = pseudo.get(':authority')
  // §8.5: CONNECT has neither path nor scheme; nobody here takes one.
  if (!method || !path || !scheme) return undefined
  if (!path.startsWith('/') && path !== '*') return undefined
  if (authority !== undefined) headers['host'] ??= authority
  const length = headers['content-length']
  if (length !== undefined && !/^\d{1,15}$/.test(length)) return undefined
  const contentLength = length === undefined ? undefined : Number(length)
  return { method, path, scheme, headers, contentLength }
}
