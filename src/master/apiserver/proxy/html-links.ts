import { posix } from 'node:path'

/** Which attributes of which elements hold URLs (HTML 4.01 §A; HTML, "Attributes"). */
const URL_ATTRIBUTES: Readonly<Record<string, readonly string[]>> = {
  a: ['href'],
  applet: ['codebase'],
  area: ['href'],
  audio: ['src'],
  base: ['href'],
  blockquote: ['cite'],
  body: ['background'],
  button: ['formaction'],
  command: ['icon'],
  del: ['cite'],
  embed: ['src'],
  form: ['action'],
  frame: ['longdesc', 'src'],
  head: ['profile'],
  html: ['manifest'],
  iframe: ['longdesc', 'src'],
  img: ['longdesc', 'src', 'usemap'],
  input: ['src', 'usemap', 'formaction'],
  ins: ['cite'],
  link: ['href'],
  object: ['classid', 'codebase', 'data', 'usemap'],
  q: ['cite'],
  script: ['src'],
  source: ['src'],
  video: ['poster', 'src'],
}
/** Elements whose content is text, whatever it looks like. */
const RAW = new Set([
  'iframe',
  'noembed',
  'noframes',
  'plaintext',
  'script',
  'style',
  'textarea',
  'title',
  'xmp',
])
const START = /<([a-zA-Z][^\s/>]*)((?:[^>"']|"[^"]*"|'[^']*')*)>/y
const ATTRIBUTE = /([^\s=/>]+)(\s*=\s*)("[^"]*"|'[^']*'|[^\s>"']+)/g
const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

/** What a proxy in between is to its client. */
export interface ProxyPlace {
  /** The path below which the client sees what the server has at `/`. */
  readonly prefix: string
  /** `host:port` of the server, and as the client names it: URLs of others stay as they are. */
  readonly hosts: readonly string[]
  /** The one of these under which the client has come. */
  readonly clientHost: string
}

/** A URL out of an answer, as it must be to lead through the proxy again. */
export function throughProxy(url: string, place: ProxyPlace): string {
  const parts = /^(?:([a-z][a-z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?#]*)(.*)$/is.exec(url)
  const [, scheme = '', host = '', path = '', rest = ''] = parts ?? []
  const isElsewhere = host !== '' && !place.hosts.includes(host)
  if (isElsewhere || !path.startsWith('/')) return url
  const origin =
    host !== '' && host === place.clientHost ? `${scheme && `${scheme}:`}//${host}` : ''
  const isIn = path.startsWith(place.prefix)
  return `${origin}${isIn ? path : posix.join(place.prefix, path)}${rest}`
}

/** An HTML text whose links lead through the proxy. */
export function rewriteLinks(html: string, place: ProxyPlace): string {
  let done = ''
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    done += html.slice(at, open)
    const end = markupEnd(html, open)
    START.lastIndex = open
    const start = end === undefined ? START.exec(html) : undefined
    if (!start) {
      at = end ?? open + 1
      done += html.slice(open, at)
      continue
    }
    const name = (start[1] ?? '').toLowerCase()
    done += rewriteTag(start[0], URL_ATTRIBUTES[name] ?? [], place)
    at = START.lastIndex
    if (!RAW.has(name)) continue
    const rest = html.slice(at).search(new RegExp(`</${name}[\\s/>]`, 'i'))
    const close = rest < 0 ? html.length : at + rest
    done += html.slice(at, close)
    at = close
  }
  return done + html.slice(at)
}

/** Where a comment, declaration or end tag at `open` ends; undefined when there is none. */
function markupEnd(html: string, open: number): number | undefined {
  const isComment = html.startsWith('<!--', open)
  if (!isComment && !/[!?/]/.test(html[open + 1] ?? '')) return undefined
  const close = isComment ? '-->' : '>'
  const end = html.indexOf(close, open)
  return end < 0 ? html.length : end + close.length
}

function rewriteTag(tag: string, names: readonly string[], place: ProxyPlace): string {
  if (names.length === 0) return tag
  return tag.replace(ATTRIBUTE, (whole, name: string, equals: string, quoted: string) => {
    if (!names.includes(name.toLowerCase())) return whole
    const isQuoted = /^["']/.test(quoted)
    const value = unescape(isQuoted ? quoted.slice(1, -1) : quoted)
    const rewritten = throughProxy(value, place)
    return rewritten === value ? whole : `${name}${equals.trim()}"${escape(rewritten)}"`
  })
}

function unescape(value: string): string {
  return value.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[String(name)] ?? whole
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function escape(value: string): string {
  return value
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
    .replaceAll('&#38;', '&amp;')
}
