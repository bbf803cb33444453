import type { FieldError } from '../schema/index.ts'
import { invalid, required } from '../validation/index.ts'

const FORM = 'desired format: https://host[/path]'

/** Where a webhook of the server's is: an `https` URL without user, query or fragment. */
export function validateWebhookUrl(text: string, path: string): FieldError[] {
  let url: URL
  try {
    url = new URL(text)
  } catch {
    const why = `url must be a valid URL: parse ${JSON.stringify(text)}: invalid URI for request`
    return [required(path, `${why}; ${FORM}`)]
  }
  const errors: FieldError[] = []
  const fault = (value: string, why: string) => errors.push(invalid(path, value, `${why}; ${FORM}`))
  if (url.protocol !== 'https:') {
    fault(url.protocol.slice(0, -1), "'https' is the only allowed URL scheme")
  }
  if (url.host === '') fault('', 'host must be specified')
  const user = `${url.username}${url.password ? `:${url.password}` : ''}`
  if (user !== '') fault(user, 'user information is not permitted in the URL')
  if (url.hash !== '') fault(url.hash.slice(1), 'fragments are not permitted in the URL')
  if (url.search !== '') fault(url.search.slice(1), 'query parameters are not permitted in the URL')
  return errors
}

const PORT_MAX = 65_535

export interface ServiceReference {
  readonly name?: string
  readonly namespace?: string
  readonly path?: string
  readonly port?: number
}

/** The Service of a webhook. */
export function validateService(service: ServiceReference, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { name = '', namespace = '', port = 443 } = service
  if (name === '') errors.push(required(`${path}.name`, 'service name is required'))
  if (namespace === '') errors.push(required(`${path}.namespace`, 'service namespace is required'))
  if (port < 1 || port > PORT_MAX) {
    const why = 'port is not valid: must be between 1 and 65535, inclusive'
    errors.push(invalid(`${path}.port`, port, why))
  }
  if (service.path === undefined) return errors
  return [...errors, ...validateServicePath(service.path, `${path}.path`)]
}

function validateServicePath(text: string, path: string): FieldError[] {
  const fault = (why: string) => [invalid(path, text, why)]
  if (text === '') return []
  if (!text.startsWith('/')) return fault('must start with a /')
  if (text === '/') return []
  const parts = text.slice(1).replace(/\/$/, '').split('/')
  const errors: FieldError[] = []
  for (const [i, part] of parts.entries()) {
    if (part === '') errors.push(...fault(`segment[${i}] may not be empty`))
    else if (!/^[A-Za-z0-9\-._~!$&'()*+,;=:@%]+$/.test(part)) {
      errors.push(...fault(`segment[${i}]: must be a valid URL path segment`))
    }
  }
  return errors
}
