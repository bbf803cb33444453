import { X509Certificate } from 'node:crypto'
import type { DeepReadonly } from '../../base/index.ts'
import {
  type CertificateSigningRequest,
  type CertificateSigningRequestCondition,
  CertificateSigningRequestStatus,
  parseCertificateRequest,
  pemBlocks,
} from '../certificates/index.ts'
import { goDifference, goFieldOf } from '../go/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import {
  duplicate,
  forbidden,
  GoText,
  invalid,
  notSupported,
  required,
  tooLong,
} from './field-errors.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from './names.ts'

type Request = DeepReadonly<CertificateSigningRequest>
type Conditions = readonly DeepReadonly<CertificateSigningRequestCondition>[]

/** Sorted, as errors name them. */
const USAGES = [
  'any',
  'cert sign',
  'client auth',
  'code signing',
  'content commitment',
  'crl sign',
  'data encipherment',
  'decipher only',
  'digital signature',
  'email protection',
  'encipher only',
  'ipsec end system',
  'ipsec tunnel',
  'ipsec user',
  'key agreement',
  'key encipherment',
  'microsoft sgc',
  'netscape sgc',
  'ocsp signing',
  's/mime',
  'server auth',
  'signing',
  'timestamping',
]
const EXPIRATION_SECONDS_MIN = 600
const SUBDOMAIN_LENGTH_MAX = 253
/** A domain, a slash, and a path of a namespace and a name. */
const SIGNER_LENGTH_MAX = 253 + 1 + (253 + 63 + 1)
const LEGACY_SIGNER = 'kubernetes.io/legacy-unknown'
const CONDITIONS = 'status.conditions'
/** Conditions that are true or not there. */
const FINAL = ['Approved', 'Denied', 'Failed']

export function validateCertificateSigningRequest(request: Request): FieldError[] {
  const { spec } = request
  const errors: FieldError[] = []
  const bytes = Buffer.from(spec.request ?? '', 'base64')
  const wrong = failureOf(() => parseCertificateRequest(bytes))
  if (wrong !== undefined)
    errors.push(invalid('spec.request', goBytes(bytes, spec.request === undefined), wrong))
  const usages = spec.usages ?? []
  if (usages.length === 0) errors.push(required('spec.usages'))
  usages.forEach((usage, i) => {
    if (!USAGES.includes(usage)) errors.push(notSupported(`spec.usages[${i}]`, usage, USAGES))
  })
  usages.forEach((usage, i) => {
    if (usages.indexOf(usage) < i) errors.push(duplicate(`spec.usages[${i}]`, usage))
  })
  errors.push(...signerErrors(spec.signerName ?? ''))
  const seconds = spec.expirationSeconds
  if (seconds != null && seconds < EXPIRATION_SECONDS_MIN) {
    const detail = 'may not specify a duration less than 600 seconds (10 minutes)'
    errors.push(invalid('spec.expirationSeconds', seconds, detail))
  }
  return [...errors, ...conditionErrors(request), ...certificateErrors(request)]
}

/** Go's `%#v` of bytes. */
function goBytes(bytes: Uint8Array, isNil = false): GoText {
  if (isNil) return new GoText('[]byte(nil)')
  return new GoText(`[]byte{${[...bytes].map((byte) => `0x${byte.toString(16)}`).join(', ')}}`)
}

function failureOf(work: () => unknown): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

const FORM = "must be a fully qualified domain and path of the form 'example.com/signer-name'"

function signerErrors(name: string): FieldError[] {
  const field = 'spec.signerName'
  if (name === LEGACY_SIGNER) {
    return [invalid(field, name, 'the legacy signerName is not allowed via this API version')]
  }
  if (name === '') return [required(field)]
  const [domain = '', path = '', ...more] = name.split('/')
  if (!name.includes('/') || more.length > 0) return [invalid(field, name, FORM)]
  const errors: FieldError[] = []
  if (domain.length > SUBDOMAIN_LENGTH_MAX) errors.push(tooLong(field, SUBDOMAIN_LENGTH_MAX))
  const labels = domain.split('.')
  // Only the first that is wrong: the others would say the same.
  const say = (value: string, parts: readonly string[], check: (part: string) => string[]) => {
    const wrong = parts.find((part) => check(part).length > 0)
    if (wrong === undefined) return
    const quoted = JSON.stringify(wrong)
    const texts = check(wrong).map((text) => `validating label ${quoted}: ${text}`)
    errors.push(...texts.map((text) => invalid(field, value, text)))
  }
  say(domain, labels, dns1123LabelErrors)
  if (labels.length < 2) {
    const detail = 'should be a domain with at least two segments separated by dots'
    errors.push(invalid(field, domain, detail))
  }
  say(path, path.split('.'), dns1123SubdomainErrors)
  if (name.length > SIGNER_LENGTH_MAX) errors.push(tooLong(field, SIGNER_LENGTH_MAX))
  return errors
}

function conditionErrors({ status }: Request): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [i, { type = '', status: value = '' }] of (status?.conditions ?? []).entries()) {
    const path = `${CONDITIONS}[${i}]`
    if (type === '') errors.push(required(`${path}.type`))
    const allowed = FINAL.includes(type) ? ['True'] : ['False', 'True', 'Unknown']
    if (value === '') errors.push(required(`${path}.status`))
    else if (!allowed.includes(value)) {
      errors.push(notSupported(`${path}.status`, value, allowed))
    }
    const other = { Approved: 'Denied', Denied: 'Approved' }[type]
    if (other !== undefined && seen.has(other)) {
      const detail = 'Approved and Denied conditions are mutually exclusive'
      errors.push(invalid(`${path}.type`, type, detail))
    }
    if (seen.has(type)) errors.push(duplicate(`${path}.type`, type))
    seen.add(type)
  }
  return errors
}

function certificateErrors({ status }: Request): FieldError[] {
  const bytes = Buffer.from(status?.certificate ?? '', 'base64')
  if (bytes.length === 0) return []
  const wrong = certificateFault(bytes)
  const shown = '<certificate data>'
  return wrong === undefined ? [] : [invalid('status.certificate', shown, wrong)]
}

function certificateFault(bytes: Uint8Array): string | undefined {
  const blocks = pemBlocks(bytes)
  for (const { label, der, hasHeaders } of blocks) {
    if (label !== 'CERTIFICATE') {
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(label)}`
    }
    if (hasHeaders) return 'no PEM block headers are permitted'
    const wrong = failureOf(() => new X509Certificate(der))
    if (wrong !== undefined) return wrong
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined
}

type Change = 'spec' | 'status' | 'approval'

/** Rules for a change by way of the object itself, of its status, or of its approval. */
export function validateCertificateSigningRequestUpdate(
  now: Request,
  old: Request,
  by: Change,
): FieldError[] {
  const errors = validateCertificateSigningRequest(now)
  const found = (request: Request, type: string) =>
    (request.status?.conditions ?? []).filter((condition) => condition.type === type)
  const refuse = (what: string, type: string, how = '') => {
    const quoted = JSON.stringify(type)
    const detail = `updates may not ${what} a condition of type ${quoted}${how}`
    errors.push(forbidden(CONDITIONS, detail))
  }
  for (const type of FINAL) {
    if (found(now, type).length < found(old, type).length) refuse('remove', type)
  }
  for (const type of by === 'approval' ? [] : ['Approved', 'Denied']) {
    const [is, was] = [found(now, type), found(old, type)]
    if (is.length > was.length) refuse('add', type)
    else if (is.length === was.length && !semanticEqual(is, was)) {
      const shown = (conditions: Conditions) =>
        goFieldOf(CertificateSigningRequestStatus, 'conditions', conditions)
      refuse('modify', type, `\n${goDifference(shown(was), shown(is))}`)
    }
  }
  const had = old.status?.certificate ?? ''
  if ((now.status?.certificate ?? '') === had) return errors
  if (by !== 'status') {
    errors.push(forbidden('status.certificate', 'updates may not set certificate content'))
  } else if (had !== '') {
    const detail = 'updates may not modify existing certificate content'
    errors.push(forbidden('status.certificate', detail))
  }
  return errors
}
