import type { FieldError } from '../schema/index.ts'
import { invalid, required, tooLong } from './field-errors.ts'
import { dns1123SubdomainErrors, patternError } from './names.ts'

const HTTP_PATH = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+"
const isHttpPath = new RegExp(`^${HTTP_PATH}$`)

/** A host name and a path behind it: the names of controllers and signers. */
export function validateDomainPath(path: string, text: string): FieldError[] {
  if (text === '') return [required(path)]
  const slash = text.indexOf('/')
  const [host, rest] = slash < 0 ? ['', ''] : [text.slice(0, slash), text.slice(slash + 1)]
  if (host === '' || rest === '') {
    return [invalid(path, text, 'must be a domain-prefixed path (such as "acme.io/foo")')]
  }
  const errors = dns1123SubdomainErrors(host).map((detail) => invalid(path, host, detail))
  if (isHttpPath.test(rest)) return errors
  return [...errors, invalid(path, rest, patternError('Invalid path', HTTP_PATH))]
}

export const CSI_DRIVER_NAME_MAX = 63

/** A CSI driver's name: a short host name. */
export function validateCsiDriverName(path: string, name: string): FieldError[] {
  const errors = name === '' ? [required(path)] : []
  if (name.length > CSI_DRIVER_NAME_MAX) errors.push(tooLong(path, CSI_DRIVER_NAME_MAX))
  const faults = dns1123SubdomainErrors(name.toLowerCase())
  return [...errors, ...faults.map((detail) => invalid(path, name, detail))]
}
