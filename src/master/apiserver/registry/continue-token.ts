import type { Revision } from '../../../kv/index.ts'
import { statusErrors } from '../status.ts'

/** Where a limited list goes on: as of `revision`, after the key `after` (relative to the prefix). */
export interface ContinueToken {
  /** -1: at the newest state, after the old one was compacted away. */
  readonly revision: Revision
  readonly after: string
}

/** The opaque token of a page, laid out as Kubernetes does. */
export function encodeToken(token: ContinueToken): string {
  // The start is inclusive upstream, which appends a zero byte to the last key.
  const body = { v: 'meta.k8s.io/v1', rv: token.revision, start: `${token.after}\u0000` }
  return Buffer.from(JSON.stringify(body)).toString('base64url')
}

/** Throws 400 for what is no token of ours. */
export function decodeToken(text: string): ContinueToken {
  const bad = (why: string) => statusErrors.badRequest(`invalid continue token: ${why}`)
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(text)) {
    throw bad('continue key is not valid: illegal base64 data')
  }
  const json = Buffer.from(text, 'base64url')
  let body: unknown
  try {
    body = JSON.parse(json.toString('utf8'))
  } catch {
    throw bad(
      `continue key is not valid: invalid character ${goRune(json[0])} looking for beginning of value`,
    )
  }
  if (!isBody(body)) throw bad('continue key is not valid: incorrect encoded start resourceVersion')
  if (body.v !== 'meta.k8s.io/v1') {
    throw bad(
      `continue key is not valid: server does not recognize this encoded version "${body.v}"`,
    )
  }
  return {
    revision: body.rv,
    after: body.start.endsWith('\u0000') ? body.start.slice(0, -1) : body.start,
  }
}

function isBody(value: unknown): value is { v: string; rv: number; start: string } {
  if (typeof value !== 'object' || value === null) return false
  const { v, rv, start } = value as { v?: unknown; rv?: unknown; start?: unknown }
  return typeof v === 'string' && typeof rv === 'number' && typeof start === 'string' && rv !== 0
}

function goRune(byte: number | undefined): string {
  const code = byte ?? 0
  if (code >= 0x20 && code < 0x7f) return `'${String.fromCharCode(code)}'`
  return `'\\u${code.toString(16).padStart(4, '0')}'`
}
