import { posix } from 'node:path'

/** Which attributes of which elements hold URLs (HTML 4.01 §A; HTML, "Attributes"). */
const URL_ATTRIBUTES = new Map<string, readonly string[]>(
  Object.entries({
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
  }),
)
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
const ENTITIES = new Map(
  Object.entries({
    amp: '&',
    lt: '<',
    gt: '>',
    quot: '"',
    apos: "'",
  }),
)

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

/** An HTML text whose links lead through the proxy. Takes time in proportion to its length. */
export function rewriteLinks(html: string, place: ProxyPlace): string {
  const done: string[] = []
  let at = 0
  while (at < html.length) {
    const open = html.indexOf('<', at)
    if (open < 0) break
    done.push(html.slice(at, open))
    const end = markupEnd(html, open)
    if (end !== undefined || !/[a-zA-Z]/.test(html[open + 1] ?? '')) {
      at = end ?? open + 1
      done.push(html.slice(open, at))
      continue
    }
    const tag = scanTag(html, open)
    // A tag that has no end is the last there is.
    if (!tag) {
      at = open
      break
    }
    done.push(rewriteTag(html, tag, place))
    at = tag.end
    if (!RAW.has(tag.name)) continue
    const close = new RegExp(`</${tag.name}[\\s/>]`, 'gi')
    close.lastIndex = at
    const rawEnd = close.exec(html)?.index ?? html.length
    done.push(html.slice(at, rawEnd))
    at = rawEnd
  }
  done.push(html.slice(at))
  return done.join('')
}

interface Tag {
  readonly name: string
  readonly start: number
  readonly end: number
  readonly attributes: readonly Attribute[]
}

/** Places in the text; the value with its quotes. */
interface Attribute {
  readonly name: string
  readonly valueStart: number
  readonly valueEnd: number
}

/** The start tag at `open`; undefined when the text ends within it. */
function scanTag(html: string, open: number): Tag | undefined {
  const nameEnd = skip(html, open + 1, NOT_NAME)
  const attributes: Attribute[] = []
  let at = nameEnd
  for (;;) {
    at = skip(html, at, NOT_BLANK)
    if (at >= html.length) return undefined
    if (html[at] === '>') break
    const start = at
    at = skip(html, at + 1, NOT_ATTRIBUTE)
    const name = html.slice(start, at)
    const equals = skip(html, at, NOT_SPACE)
    if (html[equals] !== '=') continue
    const valueStart = skip(html, equals + 1, NOT_SPACE)
    const valueEnd = endOfValue(html, valueStart)
    if (valueEnd === undefined) return undefined
    attributes.push({ name: name.toLowerCase(), valueStart, valueEnd })
    at = valueEnd
  }
  const name = html.slice(open + 1, nameEnd).toLowerCase()
  return { name, start: open, end: at + 1, attributes }
}

function endOfValue(html: string, at: number): number | undefined {
  const quote = html[at]
  if (quote !== '"' && quote !== "'") return skip(html, at, NOT_VALUE)
  const end = html.indexOf(quote, at + 1)
  return end < 0 ? undefined : end + 1
}

const NOT_NAME = /[\s/>]/g
const NOT_BLANK = /[^\s/]/g
const NOT_ATTRIBUTE = /[\s/>=]/g
const NOT_SPACE = /\S/g
const NOT_VALUE = /[\s>]/g

/** Where the first character that `stop` is stands, from `at` on. */
function skip(html: string, at: number, stop: RegExp): number {
  stop.lastIndex = at
  return stop.exec(html)?.index ?? html.length
}

/** Where a comment, declaration or end tag at `open` ends; undefined when there is none. */
function markupEnd(html: string, open: number): number | undefined {
  const isComment = html.startsWith('<!--', open)
  if (!isComment && !/[!?/]/.test(html[open + 1] ?? '')) return undefined
  const close = isComment ? '-->' : '>'
  const end = html.indexOf(close, open)
  return end < 0 ? html.length : end + close.length
}

function rewriteTag(html: string, tag: Tag, place: ProxyPlace): string {
  const names = URL_ATTRIBUTES.get(tag.name) ?? []
  let done = ''
  let at = tag.start
  for (const { name, valueStart, valueEnd } of tag.attributes) {
    if (!names.includes(name)) continue
    const quoted = html.slice(valueStart, valueEnd)
    const value = unescape(/^["']/.test(quoted) ? quoted.slice(1, -1) : quoted)
    const rewritten = throughProxy(value, place)
    if (rewritten === value) continue
    done += `${html.slice(at, valueStart)}"${escape(rewritten)}"`
    at = valueEnd
  }
  return done + html.slice(at, tag.end)
}

function unescape(value: string): string {
  return value.replace(/&(?:#(\d+)|#x([0-9a-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES.get(String(name)) ?? whole
    const code = decimal === undefined ? Number.parseInt(String(hex), 16) : Number(decimal)
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole
  })
}

function escape(value: string): string {
  return value
    .replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`)
    .replaceAll('&#38;', '&amp;')
}
