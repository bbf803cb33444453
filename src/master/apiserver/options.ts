import type { DeleteOptions, FieldError } from '../../api/index.ts'
import { StatusError } from '../../base/index.ts'
import { isTrue } from './request-info.ts'
import { statusErrors } from './status.ts'

const META = 'meta.k8s.io'
const FIELD_MANAGER_BYTES_MAX = 128

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict'

/** Options of create, update and patch. */
export interface WriteOptions {
  readonly dryRun: boolean
  readonly fieldManager: string
  readonly fieldValidation: FieldValidation
}

/** Reads and checks the options of a write. `kind` is named in errors: `CreateOptions`. Throws 422. */
export function writeOptions(
  query: URLSearchParams,
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  of: { apply?: boolean } = {},
): WriteOptions {
  const errors: FieldError[] = []
  const fieldManager = query.get('fieldManager') ?? ''
  if (of.apply && fieldManager === '') {
    const detail = 'Required value: is required for apply patch'
    errors.push({ type: 'FieldValueRequired', field: 'fieldManager', detail })
  }
  if (!of.apply && kind === 'PatchOptions' && query.has('force')) {
    errors.push(forbidden('force', 'may not be specified for non-apply patch'))
  }
  errors.push(...checkFieldManager(fieldManager))
  const dryRun = query.getAll('dryRun')
  errors.push(...checkDryRun(dryRun))
  const fieldValidation = query.get('fieldValidation') ?? ''
  if (!['', 'Ignore', 'Warn', 'Strict'].includes(fieldValidation)) {
    errors.push(
      unsupported('fieldValidation', `"${fieldValidation}"`, '"", "Ignore", "Strict", "Warn"'),
    )
  }
  if (errors.length > 0) throw statusErrors.invalid({ group: META, kind }, '', errors)
  return {
    dryRun: dryRun.length > 0,
    fieldManager,
    // Warn is the default since Kubernetes 1.27.
    fieldValidation: fieldValidation === '' ? 'Warn' : (fieldValidation as FieldValidation),
  }
}

/** The options as the API object that webhooks are shown. */
export function optionsObject(
  kind: 'CreateOptions' | 'UpdateOptions' | 'PatchOptions',
  options: WriteOptions,
): Record<string, unknown> {
  const { dryRun, fieldManager, fieldValidation } = options
  return {
    kind,
    apiVersion: 'meta.k8s.io/v1',
    ...(dryRun && { dryRun: ['All'] }),
    ...(fieldManager !== '' && { fieldManager }),
    fieldValidation,
  }
}

function checkFieldManager(name: string): FieldError[] {
  if (Buffer.byteLength(name) > FIELD_MANAGER_BYTES_MAX) {
    const detail = `Too long: may not be more than ${FIELD_MANAGER_BYTES_MAX} bytes`
    return [{ type: 'FieldValueTooLong', field: 'fieldManager', detail }]
  }
  const errors: FieldError[] = []
  let position = 0
  for (const char of name) {
    if (/[\p{C}\p{Z}]/u.test(char) && char !== ' ') {
      const code = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')
      const why = `invalid character U+${code} (at position ${position})`
      const shown = JSON.stringify(name).replace(/\\u00(..)/g, '\\x$1')
      const detail = `Invalid value: ${shown}: ${why}`
      errors.push({ type: 'FieldValueInvalid', field: 'fieldManager', detail })
    }
    position += Buffer.byteLength(char)
  }
  return errors
}

function checkDryRun(values: readonly string[]): FieldError[] {
  if (values.every((v) => v === 'All')) return []
  const list = values.map((v) => JSON.stringify(v)).join(', ')
  return [unsupported('dryRun', `[]string{${list}}`, '"All"')]
}

function unsupported(field: string, value: string, supported: string): FieldError {
  const detail = `Unsupported value: ${value}: supported values: ${supported}`
  return { type: 'FieldValueNotSupported', field, detail }
}

function forbidden(field: string, why: string): FieldError {
  return { type: 'FieldValueForbidden', field, detail: `Forbidden: ${why}` }
}

/** Go's `strconv.ParseInt` for a query parameter. Throws 400 with its text. */
export function integer(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name)
  if (text === null) return undefined
  const fault = (why: string) =>
    statusErrors.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: ${why}`)
  if (!/^[+-]?\d+$/.test(text)) throw fault('invalid syntax')
  const value = BigInt(text.replace(/^\+/, ''))
  if (value !== BigInt.asIntN(64, value)) throw fault('value out of range')
  return Number(value)
}

/** DeleteOptions from the query: used when the request has no body. */
export function deleteOptionsFromQuery(query: URLSearchParams): DeleteOptions {
  const options: DeleteOptions = {}
  const grace = integer(query, 'gracePeriodSeconds')
  if (grace !== undefined) options.gracePeriodSeconds = grace
  const policy = query.get('propagationPolicy')
  if (policy !== null) options.propagationPolicy = policy
  const orphan = query.get('orphanDependents')
  if (orphan !== null) options.orphanDependents = isTrue(orphan)
  const dryRun = query.getAll('dryRun')
  if (dryRun.length > 0) options.dryRun = dryRun
  const uid = query.get('uid')
  if (uid) options.preconditions = { uid }
  return options
}

/** Throws 422 for options that contradict themselves or name what does not exist. */
export function checkDeleteOptions(options: DeleteOptions): void {
  const errors: FieldError[] = []
  const policy = options.propagationPolicy
  if (policy !== undefined && options.orphanDependents !== undefined) {
    const value = JSON.stringify(policy)
    const why = 'orphanDependents and deletionPropagation cannot be both set'
    const detail = `Invalid value: ${value}: ${why}`
    errors.push({ type: 'FieldValueInvalid', field: 'propagationPolicy', detail })
  }
  if (policy !== undefined && !['Foreground', 'Background', 'Orphan'].includes(policy)) {
    const supported = '"Foreground", "Background", "Orphan", "nil"'
    errors.push(unsupported('propagationPolicy', JSON.stringify(policy), supported))
  }
  errors.push(...checkDryRun(options.dryRun ?? []))
  if (errors.length === 0) return
  throw statusErrors.invalid({ group: META, kind: 'DeleteOptions' }, '', errors)
}

export type VersionMatch = '' | 'Exact' | 'NotOlderThan'

/** Options of list, watch and deletecollection. */
export interface ListOptions {
  readonly labelSelector: string
  readonly fieldSelector: string
  /** Empty: the newest state. */
  readonly resourceVersion: string
  readonly resourceVersionMatch: VersionMatch
  /** 0: no limit. */
  readonly limit: number
  readonly continue: string
  readonly timeoutSeconds: number | undefined
  readonly allowWatchBookmarks: boolean
  readonly sendInitialEvents: boolean | undefined
}

/** Reads and checks the options of list and watch. Throws 400 and 422. */
export function listOptions(query: URLSearchParams, watch: boolean): ListOptions {
  const sendInitialEvents = query.get('sendInitialEvents')
  const options = {
    labelSelector: query.get('labelSelector') ?? '',
    fieldSelector: query.get('fieldSelector') ?? '',
    resourceVersion: query.get('resourceVersion') ?? '',
    resourceVersionMatch: query.get('resourceVersionMatch') ?? '',
    limit: Math.max(0, integer(query, 'limit') ?? 0),
    continue: query.get('continue') ?? '',
    timeoutSeconds: integer(query, 'timeoutSeconds'),
    allowWatchBookmarks: query.has('allowWatchBookmarks')
      ? isTrue(query.get('allowWatchBookmarks'))
      : false,
    sendInitialEvents: sendInitialEvents === null ? undefined : isTrue(sendInitialEvents),
  }
  if (watch) setInitialEvents(options)
  const errors = watch ? checkWatch(options) : checkList(options)
  if (errors.length > 0) {
    throw statusErrors.invalid({ group: META, kind: 'ListOptions' }, '', errors)
  }
  if (options.continue !== '' && !['', '0'].includes(options.resourceVersion)) {
    throw statusErrors.badRequest('specifying resource version is not allowed when using continue')
  }
  return { ...options, resourceVersionMatch: options.resourceVersionMatch as VersionMatch }
}

/** Those who watch from the state of now are told where it ends, if they read bookmarks. */
function setInitialEvents(options: {
  sendInitialEvents: boolean | undefined
  resourceVersion: string
  resourceVersionMatch: string
}): void {
  if (options.sendInitialEvents !== undefined || options.resourceVersionMatch !== '') return
  if (!['', '0'].includes(options.resourceVersion)) return
  options.sendInitialEvents = true
  options.resourceVersionMatch = 'NotOlderThan'
}

type Unchecked = Omit<ListOptions, 'resourceVersionMatch'> & { resourceVersionMatch: string }

function checkList(options: Unchecked): FieldError[] {
  const errors = checkMatch(options)
  if (options.sendInitialEvents !== undefined) {
    errors.push(forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list'))
  }
  return errors
}

const WITH_CONTINUE = 'resourceVersionMatch is forbidden when continue is provided'

function checkMatch(options: Unchecked): FieldError[] {
  const match = options.resourceVersionMatch
  const field = 'resourceVersionMatch'
  if (match === '') return []
  const errors: FieldError[] = []
  if (options.resourceVersion === '') {
    errors.push(
      forbidden(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided'),
    )
  }
  if (options.continue !== '') errors.push(forbidden(field, WITH_CONTINUE))
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    errors.push(unsupported(field, JSON.stringify(match), '"Exact", "NotOlderThan", ""'))
  }
  if (match === 'Exact' && options.resourceVersion === '0') {
    errors.push(
      forbidden(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"'),
    )
  }
  return errors
}

function checkWatch(options: Unchecked): FieldError[] {
  const match = options.resourceVersionMatch
  const field = 'resourceVersionMatch'
  const errors: FieldError[] = []
  const told = options.sendInitialEvents !== undefined
  if (told && match !== 'NotOlderThan') {
    errors.push(
      forbidden(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'),
    )
  }
  if (match === '') return errors
  if (!told) {
    const unless =
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided'
    errors.push(forbidden(field, unless))
  }
  if (match !== 'NotOlderThan') {
    errors.push(unsupported(field, JSON.stringify(match), '"NotOlderThan"'))
  }
  if (options.continue !== '') errors.push(forbidden(field, WITH_CONTINUE))
  return errors
}

/** A resource version as a revision: undefined when none is given. Throws what `onBad` makes. */
export function parseVersion(
  version: string,
  onBad: (text: string) => Error = badVersion,
): number | undefined {
  if (version === '') return undefined
  const fault = (why: string) =>
    onBad(`strconv.ParseUint: parsing ${JSON.stringify(version)}: ${why}`)
  if (!/^\d+$/.test(version)) throw fault('invalid syntax')
  if (BigInt(version) >= 1n << 64n) throw fault('value out of range')
  return Number(version)
}

function badVersion(text: string): Error {
  return new StatusError(500, '', describeBadVersion(text))
}

/** Upstream says so where the store itself is asked. */
export function badStoreVersion(text: string): Error {
  return statusErrors.badRequest(`invalid resource version: ${describeBadVersion(text)}`)
}

function describeBadVersion(text: string): string {
  const value = /parsing (".*"):/.exec(text)?.[1] ?? ''
  return `resourceVersion: Invalid value: ${value}: ${text}`
}
