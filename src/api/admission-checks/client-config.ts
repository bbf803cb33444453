import { readDer } from '../certificates/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  dns1123SubdomainErrors,
  goBytes,
  invalid,
  portNumberErrors,
  required,
} from '../validation/index.ts'

const FORM = 'desired format: https://host[/path]'
const PARTS =
  /^(?:([A-Za-z][\w+.-]*):)?(?:\/\/(?:([^@/?#]*)@)?([^/?#]*))?[^?#]*(?:\?([^#]*))?(?:#(.*))?$/

/** Where a webhook of the server's is: an `https` URL without user, query or fragment. */
export function validateWebhookUrl(text: string, path: string): FieldError[] {
  const [, scheme = '', user, host = '', query = '', fragment = ''] = PARTS.exec(text) ?? []
  const wrong = urlFault(text, host)
  if (wrong !== undefined) {
    const why = `url must be a valid URL: parse ${JSON.stringify(text)}: ${wrong}`
    return [required(path, `${why}; ${FORM}`)]
  }
  const errors: FieldError[] = []
  const fault = (value: string, why: string) => errors.push(invalid(path, value, why))
  if (scheme.toLowerCase() !== 'https') {
    fault(scheme, `'https' is the only allowed URL scheme; ${FORM}`)
  }
  if (host === '') fault('', `host must be specified; ${FORM}`)
  if (user !== undefined) fault(user, 'user information is not permitted in the URL')
  if (fragment !== '') fault(fragment, 'fragments are not permitted in the URL')
  if (query !== '') fault(query, 'query parameters are not permitted in the URL')
  return errors
}

/** What Go's `url.Parse` refuses, in its words. It takes a good deal for a relative URL. */
function urlFault(text: string, host: string): string | undefined {
  if (/\p{Cc}/u.test(text)) return 'net/url: invalid control character in URL'
  if (text.startsWith(':')) return 'missing protocol scheme'
  const escape = /%(?![0-9a-fA-F]{2}).{0,2}/.exec(text.split(/[?]/, 1)[0] ?? '')
  if (escape) return `invalid URL escape ${JSON.stringify(escape[0])}`
  const odd = /[ "<>^`{}|\\]/.exec(host)
  if (odd) return `invalid character ${JSON.stringify(odd[0])} in host name`
  const port = /:([^:\]]*)$/.exec(host)
  if (port && !/^\d*$/.test(port[1] ?? '')) {
    return `invalid port ${JSON.stringify(port[0])} after host`
  }
  return undefined
}

export interface ServiceReference {
  readonly name?: string
  readonly namespace?: string
  readonly path?: string
  readonly port?: number
}

/** The Service of a webhook. Upstream takes its name for its namespace, and the other way round. */
export function validateService(service: ServiceReference, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { name = '', namespace = '', port = 443 } = service
  if (namespace === '') errors.push(required(`${path}.name`, 'service name is required'))
  if (name === '') errors.push(required(`${path}.namespace`, 'service namespace is required'))
  const faults = portNumberErrors(port)
  if (faults.length > 0) {
    errors.push(invalid(`${path}.port`, port, `port is not valid: ${faults.join(', ')}`))
  }
  if (service.path === undefined) return errors
  return [...errors, ...validateServicePath(service.path, `${path}.path`)]
}

function validateServicePath(text: string, path: string): FieldError[] {
  const errors: FieldError[] = []
  const fault = (why: string) => errors.push(invalid(path, text, why))
  if (text === '' || text === '/') return errors
  if (!text.startsWith('/')) fault("must start with a '/'")
  const parts = text === '//' ? [''] : text.slice(1).replace(/\/$/, '').split('/')
  for (const [i, part] of parts.entries()) {
    if (part === '') fault(`segment[${i}] may not be empty`)
    else for (const why of dns1123SubdomainErrors(part)) fault(`segment[${i}]: ${why}`)
  }
  return errors
}

const PEM = /-----BEGIN ([^-\n]+)-----[ \t]*\r?\n([^-]*)-----END \1-----/g

/** The certificates of whom a webhook is believed: PEM, in base64. */
export function validateBundle(bundle: string, path: string): FieldError[] {
  const text = Buffer.from(bundle, 'base64').toString('latin1')
  const blocks = [...text.matchAll(PEM)].filter(([, type]) => type === 'CERTIFICATE')
  if (blocks.some(([, , body = '']) => isCertificate(body))) return []
  const why =
    [...text.matchAll(PEM)].length === 0
      ? 'unable to parse bytes as PEM block'
      : blocks.length === 0
        ? 'no valid certificate authority data seen'
        : 'failed to parse certificate: x509: malformed certificate'
  const message = `unable to load root certificates: ${why}`
  return [invalid(path, goBytes(bundle), message)]
}

// A sequence of DER that is as long as it says.
function isCertificate(base64: string): boolean {
  try {
    const [whole, ...more] = readDer(Buffer.from(base64, 'base64'))
    return whole?.tag === 0x30 && more.length === 0
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    return false
  }
}
