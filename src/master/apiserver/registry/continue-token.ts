import { describeSyntaxError, JsonSyntaxError, parseJson } from '../../../api/index.ts'
import type { Revision } from '../../../kv/index.ts'
import { statusErrors } from '../status.ts'

/** Where a limited list goes on: as of `revision`, after the key `after` (relative to the prefix). */
export interface ContinueToken {
  /** -1: at the newest state, after the old one was compacted away. */
  readonly revision: Revision
  readonly after: string
}

const VERSION = 'meta.k8s.io/v1'

/** The opaque token of a page, laid out as Kubernetes does. */
export function encodeToken(token: ContinueToken): string {
  // The start is inclusive upstream, which appends a zero byte to the last key.
  const body = { v: VERSION, rv: token.revision, start: `${token.after}\u0000` }
  return Buffer.from(JSON.stringify(body)).toString('base64url')
}

/** Throws 400 for what is no token of ours, with what Go finds in it. */
export function decodeToken(text: string): ContinueToken {
  const bad = (why: string) =>
    statusErrors.badRequest(`invalid continue token: continue key is not valid: ${why}`)
  const damaged = base64Fault(text)
  if (damaged !== undefined) throw bad(`illegal base64 data at input byte ${damaged}`)
  const { v, rv, start } = readBody(Buffer.from(text, 'base64url'), bad)
  if (v !== VERSION) throw bad(`server does not recognize this encoded version ${v}`)
  if (rv === 0) throw bad(`incorrect encoded start resourceVersion (version ${VERSION})`)
  if (start === '') throw bad(`encoded start key empty (version ${VERSION})`)
  if (!isClean(start)) throw bad(start)
  const key = start.replace(/^\//, '')
  return { revision: rv, after: key.endsWith('\u0000') ? key.slice(0, -1) : key }
}

/** Where Go's decoder of unpadded URL-safe base64 stops; undefined when all is well. */
function base64Fault(text: string): number | undefined {
  const at = text.search(/[^A-Za-z0-9_-]/)
  if (at >= 0) return at
  return text.length % 4 === 1 ? text.length - 1 : undefined
}

const TYPES = { v: 'string', rv: 'int64', start: 'string' } as const

function readBody(
  text: Buffer,
  bad: (why: string) => Error,
): { v: string; rv: number; start: string } {
  const value = parsed(text, bad)
  const wrong = (found: unknown, where: string) =>
    bad(`json: cannot unmarshal ${kindOf(found)} into Go ${where}`)
  const body = { v: '', rv: 0, start: '' }
  if (value === null) return body
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw wrong(value, 'value of type storage.continueToken')
  }
  for (const [name, found] of Object.entries(value)) {
    const type = TYPES[name as keyof typeof TYPES]
    if (type === undefined || found === null) continue
    if (typeof found !== (type === 'string' ? 'string' : 'number')) {
      throw wrong(found, `struct field continueToken.${name} of type ${type}`)
    }
    Object.assign(body, { [name]: found })
  }
  return body
}

function parsed(text: Buffer, bad: (why: string) => Error): unknown {
  try {
    return parseJson(text.toString('utf8'))
  } catch (error) {
    if (error instanceof JsonSyntaxError) throw bad(describeSyntaxError(text))
    throw error
  }
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'array'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

/** Nothing that would lead out of where the list is (Go's `path.Clean`). */
function isClean(start: string): boolean {
  const parts = start.replace(/^\//, '').split('/')
  return parts.every((part) => part !== '' && part !== '.' && part !== '..')
}
