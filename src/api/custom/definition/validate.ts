import type {
  CustomResourceDefinition,
  CustomResourceDefinitionVersion,
} from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { semanticEqual } from '../../strategy/index.ts'
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  goStrings,
  GoText,
  invalid,
  type NameCheck,
  notSupported,
  required,
  validateKept,
} from '../../validation/index.ts'
import { validateColumns, validateScale, validateSelectableFields } from './parts.ts'
import { validateBundle } from '../../admission-checks/index.ts'
import { validateConversion } from './conversion.ts'
import { validateVersionSchema } from './schema.ts'

type Definition = CustomResourceDefinition
type Spec = Definition['spec']

/** What may be wrong with a definition's name. */
export function nameErrorsOf({ spec }: Definition): NameCheck {
  return (name) => {
    const errors = dns1123SubdomainErrors(name)
    if (name === `${spec.names?.plural ?? ''}.${spec.group ?? ''}`) return errors
    return [...errors, 'must be spec.names.plural+"."+spec.group']
  }
}

/** What may be wrong with a definition, in apiextensions' words and order; its metadata aside. */
export function validateDefinition(definition: Definition, old?: Definition): FieldError[] {
  return [...validateSpec(definition, old), ...validateRest(definition, old)]
}

export function validateDefinitionUpdate(definition: Definition, old: Definition): FieldError[] {
  const { spec } = definition
  const fixed = isEstablished(old)
    ? [
        ...validateKept(spec.scope, old.spec.scope, 'spec.scope'),
        ...validateKept(spec.names.kind, old.spec.names.kind, 'spec.names.kind'),
      ]
    : []
  return [
    ...validateSpec(definition, old),
    ...fixed,
    ...validateKept(spec.group, old.spec.group, 'spec.group'),
    ...validateKept(spec.names.plural, old.spec.names.plural, 'spec.names.plural'),
    ...validateRest(definition, old),
  ]
}

/** What may be wrong with the status that somebody writes. */
export function validateDefinitionStatus({ status }: Definition): FieldError[] {
  return validateNames(status.acceptedNames ?? {}, 'status.acceptedNames')
}

function validateRest(definition: Definition, old: Definition | undefined): FieldError[] {
  return [
    ...validateDefinitionStatus(definition),
    ...validateStored(definition),
    ...validateApproval(definition, old),
    ...validatePreserve(definition, old),
  ]
}

function isEstablished({ status }: Definition): boolean {
  const conditions = status.conditions ?? []
  return conditions.some((one) => one.type === 'Established' && one.status === 'True')
}

/** Which parts of all versions are the same: upstream looks at them once, under other paths. */
interface Shared {
  readonly schema: boolean
  readonly subresources: boolean
  readonly columns: boolean
  readonly fields: boolean
}

function sharedOf(versions: readonly CustomResourceDefinitionVersion[]): Shared {
  const [first, ...others] = versions
  const same = (part: (version: CustomResourceDefinitionVersion) => unknown) =>
    first !== undefined && others.every((other) => semanticEqual(part(other), part(first)))
  return {
    schema: same((version) => version.schema),
    subresources: same((version) => version.subresources),
    columns: same((version) => version.additionalPrinterColumns),
    fields: same((version) => version.selectableFields),
  }
}

function validateSpec({ spec }: Definition, before: Definition | undefined): FieldError[] {
  const old = before?.spec
  const versions = spec.versions ?? []
  const shared = sharedOf(versions)
  const errors = [...validateGroup(spec.group), ...validateScope(spec.scope)]
  if (!shared.schema || !versions[0]?.schema?.openAPIV3Schema) {
    for (const [i, version] of versions.entries()) {
      if (version.schema?.openAPIV3Schema && !shared.schema) continue
      errors.push(required(`spec.versions[${i}].schema.openAPIV3Schema`, 'schemas are required'))
    }
  }
  for (const [i, version] of versions.entries()) {
    const path = `spec.versions[${i}]`
    const faults = dns1035LabelErrors(version.name)
    if (faults.length > 0) errors.push(invalid(`${path}.name`, version.name, faults.join(',')))
    errors.push(...validateDeprecation(version, `${path}.deprecationWarning`))
    const hasStatus = hasOwnStatus(versions, version.name)
    errors.push(...validateVersion(version, old, { shared, path, hasStatus }))
  }
  errors.push(...validateVersions(spec.versions, shared), ...validateRequiredNames(spec.names))
  errors.push(...validateNames(spec.names ?? {}, 'spec.names'))
  const [first] = versions
  if (first) {
    const others: Shared = {
      schema: !shared.schema,
      subresources: !shared.subresources,
      columns: !shared.columns,
      fields: !shared.fields,
    }
    const hasStatus = versions.some(({ subresources }) => subresources?.status !== undefined)
    const at = { shared: others, path: 'spec', isTop: true, hasStatus }
    errors.push(...validateVersion(first, old, at))
  }
  const mayBeBroken = !before || hasLooseBundle(before)
  return [...errors, ...validateConversion(spec.conversion, { mayBeBroken })]
}

// Upstream goes by the name: of several versions of one name, the first counts.
function hasOwnStatus(versions: readonly CustomResourceDefinitionVersion[], name: string): boolean {
  return versions.find((one) => one.name === name)?.subresources?.status !== undefined
}

// A bundle of certificates may be broken until the definition serves, and as long as it was.
function hasLooseBundle(old: Definition): boolean {
  const bundle = old.spec.conversion?.webhook?.clientConfig?.caBundle ?? ''
  if (!isEstablished(old)) return true
  return bundle !== '' && validateBundle(bundle, '').length > 0
}

// What is not the same in all versions; with `isTop` what is, under the paths of the whole.
function validateVersion(
  version: CustomResourceDefinitionVersion,
  old: Spec | undefined,
  on: { shared: Shared; path: string; isTop?: boolean; hasStatus: boolean },
): FieldError[] {
  const { shared, path, hasStatus } = on
  const errors: FieldError[] = []
  const before = old?.versions.find((one) => one.name === version.name)
  if (!shared.schema) {
    const at = `${path}.${on.isTop ? 'validation' : 'schema'}.openAPIV3Schema`
    errors.push(...validateVersionSchema(version, before, { path: at, hasStatus }))
  }
  if (!shared.subresources) {
    errors.push(...validateScale(version.subresources?.scale, `${path}.subresources.scale`))
  }
  if (!shared.columns) {
    const at = `${path}.additionalPrinterColumns`
    errors.push(...validateColumns(version.additionalPrinterColumns ?? [], at))
  }
  if (!shared.fields) {
    const isHere = on.isTop === true ? shared.schema === false : !shared.schema
    errors.push(...validateSelectableFields(version, { path, isTop: on.isTop === true, isHere }))
  }
  return errors
}

const WARNING_BYTES_MAX = 256

function validateDeprecation(
  { deprecated = false, deprecationWarning: text }: CustomResourceDefinitionVersion,
  path: string,
): FieldError[] {
  if (text === undefined) return []
  const fault = (why: string) => invalid(path, text, why)
  if (!deprecated) return [fault('can only be set for deprecated versions')]
  const errors: FieldError[] = []
  if (Buffer.byteLength(text) > WARNING_BYTES_MAX) {
    errors.push(fault(`must be <= ${WARNING_BYTES_MAX} characters long`))
  }
  if (text === '') errors.push(fault('must not be an empty string'))
  // As Go's `unicode.IsPrint` has it: of spaces the plain one alone.
  const odd = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/u.exec(text)
  if (odd) {
    const at = Buffer.byteLength(text.slice(0, odd.index))
    const only = 'must only contain printable UTF-8 characters'
    errors.push(fault(`${only}; non-printable character found at index ${at}`))
  }
  return errors
}

function validateGroup(group = ''): FieldError[] {
  if (group === '') return [required('spec.group')]
  const faults = dns1123SubdomainErrors(group)
  if (faults.length > 0) return [invalid('spec.group', group, faults.join(','))]
  if (group.includes('.')) return []
  return [invalid('spec.group', group, 'should be a domain with at least one dot')]
}

function validateScope(scope = ''): FieldError[] {
  if (scope === '') return [required('spec.scope')]
  if (scope === 'Cluster' || scope === 'Namespaced') return []
  return [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])]
}

function validateVersions(
  given: readonly CustomResourceDefinitionVersion[] | undefined,
  shared: Shared,
): FieldError[] {
  const versions = given ?? []
  const errors: FieldError[] = []
  const shown = () => goVersions(given, shared)
  const names = new Set(versions.map((version) => version.name))
  if (names.size < versions.length) {
    errors.push(invalid('spec.versions', shown(), 'must contain unique version names'))
  }
  if (versions.filter((version) => version.storage).length !== 1) {
    const why = 'must have exactly one version marked as storage version'
    errors.push(invalid('spec.versions', shown(), why))
  }
  const [first] = versions
  const faults = first && first.name !== '' ? dns1035LabelErrors(first.name) : []
  if (faults.length > 0) errors.push(invalid('spec.version', first?.name, faults.join(',')))
  return errors
}

function goVersions(
  versions: readonly CustomResourceDefinitionVersion[] | undefined,
  shared: Shared,
): GoText {
  if (!versions) return new GoText('[]apiextensions.CustomResourceDefinitionVersion(nil)')
  const pointer = (type: string, isThere: boolean) =>
    isThere ? `(*${type})(0xc000000000)` : `(*${type})(nil)`
  const items = versions.map((version) => {
    const { name, served, storage, deprecated = false, deprecationWarning } = version
    const schema = !shared.schema && version.schema !== undefined
    const subresources = !shared.subresources && version.subresources !== undefined
    const fields = [
      `Name:${JSON.stringify(name)}`,
      `Served:${served}`,
      `Storage:${storage}`,
      `Deprecated:${deprecated}`,
      `DeprecationWarning:${pointer('string', deprecationWarning !== undefined)}`,
      `Schema:${pointer('apiextensions.CustomResourceValidation', schema)}`,
      `Subresources:${pointer('apiextensions.CustomResourceSubresources', subresources)}`,
      'AdditionalPrinterColumns:[]apiextensions.CustomResourceColumnDefinition(nil)',
      'SelectableFields:[]apiextensions.SelectableField(nil)',
    ]
    return `apiextensions.CustomResourceDefinitionVersion{${fields.join(', ')}}`
  })
  return new GoText(`[]apiextensions.CustomResourceDefinitionVersion{${items.join(', ')}}`)
}

type Names = Partial<Spec['names']>

function validateRequiredNames(names: Names = {}): FieldError[] {
  const needed = ['plural', 'singular', 'kind', 'listKind'] as const
  return needed.filter((name) => !names[name]).map((name) => required(`spec.names.${name}`))
}

function validateNames(names: Names, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { plural = '', singular = '', kind = '', listKind = '' } = names
  const label = (at: string, value: string) => {
    const faults = dns1035LabelErrors(value)
    if (faults.length > 0) errors.push(invalid(`${path}.${at}`, value, faults.join(',')))
  }
  const mixed = (at: string, value: string) => {
    const faults = value === '' ? [] : dns1035LabelErrors(value.toLowerCase())
    if (faults.length === 0) return
    const why = `may have mixed case, but should otherwise match: ${faults.join(',')}`
    errors.push(invalid(`${path}.${at}`, value, why))
  }
  if (plural !== '') label('plural', plural)
  if (singular !== '') label('singular', singular)
  mixed('kind', kind)
  mixed('listKind', listKind)
  for (const [i, name] of (names.shortNames ?? []).entries()) label(`shortNames[${i}]`, name)
  if (kind !== '' && kind === listKind) {
    errors.push(invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same'))
  }
  for (const [i, name] of (names.categories ?? []).entries()) label(`categories[${i}]`, name)
  return errors
}

function validateStored({ spec, status }: Definition): FieldError[] {
  const path = 'status.storedVersions'
  const stored = status.storedVersions ?? []
  if (stored.length === 0) {
    const shown = goStrings(undefined)
    return [invalid(path, shown, 'must have at least one stored version')]
  }
  const errors: FieldError[] = []
  const versions = spec.versions ?? []
  for (const { name, storage } of versions) {
    if (storage && !stored.includes(name)) {
      errors.push(invalid(path, goStrings(stored), `must have the storage version ${name}`))
    }
  }
  for (const [i, name] of stored.entries()) {
    if (versions.some((version) => version.name === name)) continue
    errors.push(invalid(`${path}[${i}]`, name, 'must appear in spec.versions'))
  }
  return errors
}

const APPROVAL = 'api-approved.kubernetes.io'
const KEP = 'see https://github.com/kubernetes/enhancements/pull/1111'

type Approval = 'missing' | 'bypassed' | 'approved' | 'invalid'

function approvalOf({ metadata }: Definition): Approval {
  const value = metadata.annotations?.[APPROVAL] ?? ''
  if (value === '') return 'missing'
  if (value.startsWith('unapproved')) return 'bypassed'
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#\s]+\S*$/.test(value) ? 'approved' : 'invalid'
}

function validateApproval(definition: Definition, old: Definition | undefined): FieldError[] {
  const { metadata, spec } = definition
  if (!/(^|\.)(k8s|kubernetes)\.io$/.test(spec.group ?? '')) return []
  const approval = approvalOf(definition)
  // What was so before may stay so.
  if (old && approvalOf(old) === approval) return []
  const path = `metadata.annotations[${APPROVAL}]`
  const value = metadata.annotations?.[APPROVAL] ?? ''
  const must = `protected groups must have approval annotation ${JSON.stringify(APPROVAL)}`
  if (approval === 'missing') return [required(path, `${must}, ${KEP}`)]
  if (approval !== 'invalid') return []
  const why = `${must} with either a URL or a reason starting with "unapproved", ${KEP}`
  return [invalid(path, value, why)]
}

function validatePreserve({ spec }: Definition, old: Definition | undefined): FieldError[] {
  if (!spec.preserveUnknownFields || old?.spec.preserveUnknownFields) return []
  const why =
    'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in ' +
    'spec.versions[*].schema instead'
  return [invalid('spec.preserveUnknownFields', true, why)]
}
