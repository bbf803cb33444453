import { X509Certificate } from 'node:crypto'
import type { HttpHeaders, HttpRequest } from '../../../base/index.ts'
import type { User } from '../user.ts'

/** How a proxy in front says whom it has authenticated (`--requestheader-…`). */
export interface RequestHeaderOptions {
  /** Authorities of the proxies' certificates, PEM. */
  readonly caPem: string
  /** Common names of the proxies; empty: any that the authority signed. */
  readonly allowedNames: readonly string[]
  /** Default `X-Remote-User`. */
  readonly userHeaders?: readonly string[]
  /** Default `X-Remote-Group`. */
  readonly groupHeaders?: readonly string[]
  /** Default `X-Remote-Uid`. */
  readonly uidHeaders?: readonly string[]
  /** Default `X-Remote-Extra-`. */
  readonly extraPrefixes?: readonly string[]
}

export interface FrontProxy {
  /** Whether the client's certificate comes from the proxies' authority. */
  isProxy(request: HttpRequest): boolean
  /** Whom the proxy speaks for. */
  userOf(request: HttpRequest): User | undefined
}

export function frontProxy(options: RequestHeaderOptions): FrontProxy {
  const isProxy = issuedBy(options.caPem)
  const { userHeaders = ['X-Remote-User'], groupHeaders = ['X-Remote-Group'] } = options
  const { uidHeaders = ['X-Remote-Uid'], extraPrefixes = ['X-Remote-Extra-'] } = options
  return {
    isProxy,
    userOf(request) {
      const { identity, headers } = request
      if (!identity || !isProxy(request)) return undefined
      const { allowedNames } = options
      if (allowedNames.length > 0 && !allowedNames.includes(identity.commonName)) return undefined
      const name = first(headers, userHeaders)
      if (name === '') return undefined
      const uid = first(headers, uidHeaders)
      return {
        name,
        groups: groupHeaders.flatMap((header) => valuesOf(headers, header)),
        ...(uid !== '' && { uid }),
        extra: extraOf(headers, extraPrefixes),
      }
    },
  }
}

/** The server trusts two authorities, and each opens another door: which one signed is looked up. */
function issuedBy(caPem: string): (request: HttpRequest) => boolean {
  const blocks = caPem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
  const authorities = blocks.map((block) => new X509Certificate(block))
  // Identities are of a connection each.
  const known = new WeakMap<object, boolean>()
  return ({ identity }) => {
    if (identity?.certificate === undefined) return false
    let found = known.get(identity)
    if (found === undefined) {
      const leaf = new X509Certificate(identity.certificate)
      found = authorities.some((ca) => leaf.checkIssued(ca) && leaf.verify(ca.publicKey))
      known.set(identity, found)
    }
    return found
  }
}

function first(headers: HttpHeaders, names: readonly string[]): string {
  return names.map((name) => headers[name.toLowerCase()] ?? '').find((v) => v !== '') ?? ''
}

/** The values of a header that may come more than once. */
export function valuesOf(headers: HttpHeaders, name: string): string[] {
  const value = headers[name.toLowerCase()]
  return value === undefined || value === '' ? [] : value.split(', ')
}

/** Headers `Prefix-Key: value` by key; keys are percent-encoded, and in lower case. */
export function extraOf(
  headers: HttpHeaders,
  prefixes: readonly string[],
): Record<string, string[]> {
  const extra: Record<string, string[]> = {}
  for (const prefix of prefixes.map((each) => each.toLowerCase())) {
    for (const name of Object.keys(headers)) {
      if (!name.startsWith(prefix) || name === prefix) continue
      const key = decodeKey(name.slice(prefix.length))
      extra[key] = [...(extra[key] ?? []), ...valuesOf(headers, name)]
    }
  }
  return extra
}

function decodeKey(raw: string): string {
  try {
    return decodeURIComponent(raw).toLowerCase()
  } catch {
    return raw
  }
}
