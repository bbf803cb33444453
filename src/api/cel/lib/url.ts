import { CelError } from '../errors.ts'
import { fn, method, type Overload, sig, walksFirst } from '../functions.ts'
import { listOf, mapOf, opaque, T } from '../types.ts'
import { ArrayList, type CelValue, EntryMap, Opaque } from '../values.ts'

const TYPE = opaque('kubernetes.URL')

interface Parts {
  readonly scheme: string
  readonly host: string
  readonly hostname: string
  readonly port: string
  readonly escapedPath: string
  readonly query: string
  readonly text: string
}

class UrlValue extends Opaque {
  readonly typeName = 'kubernetes.URL'
  readonly parts: Parts
  constructor(parts: Parts) {
    super()
    this.parts = parts
  }
  equals(other: Opaque): boolean {
    return other instanceof UrlValue && other.parts.text === this.parts.text
  }
}

// Go's `url.ParseRequestURI`: an absolute URL or an absolute path.
function parse(text: string): Parts | string {
  const fail = (why: string) => `parse ${JSON.stringify(text)}: ${why}`
  if (text === '') return fail('empty url')
  if (/\p{Cc}/u.test(text)) return fail('net/url: invalid control character in URL')
  const match = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(?:\/\/([^/?]*))?([^?]*)(?:\?(.*))?$/s.exec(text)
  const [, scheme = '', authority, path = '', query = ''] = match ?? []
  if (!match || (scheme === '' && !text.startsWith('/'))) return fail('invalid URI for request')
  if (scheme !== '' && authority === undefined && !path.startsWith('/')) {
    if (path === '') return fail('invalid URI for request')
  }
  if (/%(?![0-9A-Fa-f]{2})/.test(path)) {
    const bad = /%(?![0-9A-Fa-f]{2}).{0,2}/.exec(path)?.[0] ?? '%'
    return fail(`invalid URL escape ${JSON.stringify(bad)}`)
  }
  const host = (authority ?? '').replace(/^[^@]*@/, '')
  if (/[\s<>"]/.test(host)) {
    const bad = /[\s<>"]/.exec(host)?.[0] ?? ' '
    return fail(`invalid character ${JSON.stringify(bad)} in host name`)
  }
  const [, bracketed, plain = '', port = ''] =
    /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/.exec(host) ?? []
  if (port !== '' && !/^\d+$/.test(port)) {
    return fail(`invalid port ${JSON.stringify(`:${port}`)} after host`)
  }
  const escapedPath = path.replace(/[^A-Za-z0-9\-._~!$&'()*+,;=:@/%]/gu, encodeURIComponent)
  return {
    scheme: scheme.toLowerCase(),
    host,
    hostname: bracketed ?? plain,
    port,
    escapedPath,
    query,
    text,
  }
}

function read(text: CelValue | undefined): UrlValue {
  const parts = parse(text as string)
  if (typeof parts !== 'string') return new UrlValue(parts)
  throw new CelError(`URL parse error during conversion from string: ${parts}`)
}

/** Kubernetes' library for URLs. */
export function urls(): Overload[] {
  const part = (name: string, of: (parts: Parts) => string) =>
    method(name, sig([TYPE], T.string), ([url]) => of((url as UrlValue).parts))
  return [
    fn('url', sig([T.string], TYPE), ([text]) => read(text), walksFirst),
    fn(
      'isURL',
      sig([T.string], T.bool),
      ([text]) => {
        return typeof parse(text as string) !== 'string'
      },
      walksFirst,
    ),
    part('getScheme', (p) => p.scheme),
    part('getHost', (p) => p.host),
    part('getHostname', (p) => p.hostname),
    part('getPort', (p) => p.port),
    part('getEscapedPath', (p) => p.escapedPath),
    method('getQuery', sig([TYPE], mapOf(T.string, listOf(T.string))), ([url]) => {
      const query = new Map<string, string[]>()
      for (const [key, value] of new URLSearchParams((url as UrlValue).parts.query)) {
        query.set(key, [...(query.get(key) ?? []), value])
      }
      const map = new EntryMap()
      for (const [key, values] of query) map.add(key, new ArrayList(values))
      return map
    }),
  ]
}
