import type { DeepReadonly } from '../../base/index.ts'
import { ObjectMeta, OwnerReference } from '../meta/index.ts'
import type { FieldError, KubeObject } from '../schema/index.ts'
import { forbidden, goStrings, invalid, required, tooLong } from './field-errors.ts'
import { goFieldText, goText } from './go-text.ts'
import { dns1123LabelErrors, labelValueErrors, qualifiedNameErrors } from './names.ts'
import { each, nonNegative } from './pod/common.ts'

type ReadMeta = DeepReadonly<ObjectMeta>

/** Says what is wrong with a name; nothing when it is fine. */
export type NameCheck = (name: string) => string[]

export const IMMUTABLE_ERROR = 'field is immutable'
const MAX_ANNOTATIONS_BYTES = 256 * 1024
const STANDARD_FINALIZERS = ['kubernetes', 'orphan', 'foregroundDeletion']

/** How metadata is looked at where it is not as usual. */
export interface MetadataOptions {
  /** Finalizers need not be qualified by a domain: apimachinery's own rule, without core's. */
  readonly anyFinalizer?: boolean
}

/** What may be wrong with the metadata of a new object (apimachinery `ValidateObjectMeta`). */
export function validateObjectMeta(
  meta: ReadMeta,
  of: MetadataOptions & { namespaced: boolean; nameErrors: NameCheck },
  path = 'metadata',
): FieldError[] {
  const errors: FieldError[] = []
  const { generateName = '', name = '', namespace = '' } = meta
  if (generateName !== '') {
    const errorsOfPrefix = of.nameErrors(maskTrailingDash(generateName))
    errors.push(...each(`${path}.generateName`, generateName, errorsOfPrefix))
  }
  if (name === '') {
    errors.push(required(`${path}.name`, 'name or generateName is required'))
  } else errors.push(...each(`${path}.name`, name, of.nameErrors(name)))
  if (!of.namespaced) {
    if (namespace !== '') errors.push(forbidden(`${path}.namespace`, 'not allowed on this type'))
  } else if (namespace === '') errors.push(required(`${path}.namespace`))
  else errors.push(...each(`${path}.namespace`, namespace, dns1123LabelErrors(namespace)))
  errors.push(...nonNegative(`${path}.generation`, meta.generation), ...validateParts(meta, path))
  const finalizers = meta.finalizers ?? []
  errors.push(...validateFinalizers(finalizers, `${path}.finalizers`))
  return of.anyFinalizer ? errors : [...errors, ...validateKnown(finalizers, path)]
}

/** Checks that hold for new and changed metadata alike. */
function validateParts(meta: ReadMeta, path: string): FieldError[] {
  return [
    ...validateLabels(meta.labels, `${path}.labels`),
    ...validateAnnotations(meta.annotations, `${path}.annotations`),
    ...validateOwners(meta.ownerReferences ?? [], `${path}.ownerReferences`),
  ]
}

/** A prefix may end in a dash: what is generated comes behind it. */
function maskTrailingDash(prefix: string): string {
  return prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix
}

export function validateLabels(
  labels: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  return Object.entries(labels ?? {}).flatMap(([key, value]) => [
    ...each(path, key, qualifiedNameErrors(key)),
    ...each(path, value, labelValueErrors(value)),
  ])
}

export function validateAnnotations(
  annotations: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  let bytes = 0
  for (const [key, value] of Object.entries(annotations ?? {})) {
    errors.push(...each(path, key, qualifiedNameErrors(key.toLowerCase())))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > MAX_ANNOTATIONS_BYTES) errors.push(tooLong(path, MAX_ANNOTATIONS_BYTES))
  return errors
}

const goOwners = (owners: readonly DeepReadonly<OwnerReference>[]) =>
  goFieldText(ObjectMeta, 'ownerReferences', owners)

function validateOwners(
  owners: readonly DeepReadonly<OwnerReference>[],
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  let controller: string | undefined
  for (const owner of owners) {
    for (const field of ['apiVersion', 'kind', 'name', 'uid'] as const) {
      if (owner[field]) continue
      const word = field === 'apiVersion' ? 'version' : field
      errors.push(invalid(`${path}.${field}`, owner[field] ?? '', `${word} must not be empty`))
    }
    if (owner.apiVersion === 'v1' && owner.kind === 'Event') {
      errors.push(
        invalid(
          path,
          goText(OwnerReference, owner),
          '/v1, Kind=Event is disallowed from being an owner',
        ),
      )
    }
    if (owner.controller !== true) continue
    if (controller !== undefined) {
      const detail =
        'Only one reference can have Controller set to true. ' +
        `Found "true" in references for ${controller} and ${owner.name}`
      errors.push(invalid(path, goOwners(owners), detail))
    }
    controller = owner.name
  }
  return errors
}

/** Names of finalizers: standard ones, or fully qualified. */
export function standardFinalizerErrors(name: string): string[] {
  if (name.includes('/') || STANDARD_FINALIZERS.includes(name)) return []
  return ['name is neither a standard finalizer name nor is it fully qualified']
}

/** Finalizers are standard ones, or fully qualified. */
function validateKnown(finalizers: readonly string[], path: string): FieldError[] {
  return finalizers.flatMap((name, i) =>
    each(`${path}.finalizers[${i}]`, name, standardFinalizerErrors(name)),
  )
}

function validateFinalizers(finalizers: readonly string[], path: string): FieldError[] {
  const errors = finalizers.flatMap((name) => each(path, name, qualifiedNameErrors(name)))
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion')) {
    const detail = 'finalizer orphan and foregroundDeletion cannot be both set'
    errors.push(invalid(path, goStrings(finalizers), detail))
  }
  return errors
}

const KEPT = [
  'name',
  'namespace',
  'uid',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
] as const

/** What may be wrong with changed metadata (apimachinery `ValidateObjectMetaUpdate`). */
export function validateObjectMetaUpdate(
  meta: ReadMeta,
  old: ReadMeta,
  options: MetadataOptions = {},
): FieldError[] {
  const path = 'metadata'
  const errors: FieldError[] = []
  if (old.deletionTimestamp !== undefined) {
    const added = (meta.finalizers ?? []).filter((name) => !old.finalizers?.includes(name))
    if (added.length > 0) {
      const detail =
        'no new finalizers can be added if the object is being deleted, ' +
        `found new finalizers ${goStrings(added).text}`
      errors.push(forbidden(`${path}.finalizers`, detail))
    }
  }
  if ((meta.generation ?? 0) < (old.generation ?? 0)) {
    errors.push(invalid(`${path}.generation`, meta.generation ?? 0, 'must not be decremented'))
  }
  for (const field of KEPT) {
    errors.push(...validateKept(meta[field] ?? '', old[field] ?? '', `${path}.${field}`))
  }
  errors.push(...validateParts(meta, path))
  return options.anyFinalizer ? errors : [...errors, ...validateKnown(meta.finalizers ?? [], path)]
}

/** `field is immutable`, unless the two scalars are equal. */
export function validateKept(value: unknown, old: unknown, path: string): FieldError[] {
  return value === old ? [] : [invalid(path, value, IMMUTABLE_ERROR)]
}

/**
 * The three checks of a strategy, with those of metadata in front: metadata is checked the same way
 * for all kinds but for what a name may be.
 */
export function withMetadata<T extends KubeObject>(
  of: { namespaced: boolean; nameErrors: NameCheck },
  checks: {
    create?: (object: T) => FieldError[]
    /** Absent: the change as such is checked as a creation is, names aside. */
    update?: (object: T, old: T) => FieldError[]
    status?: (object: T, old: T) => FieldError[]
    /**
     * The changed object is checked as a new one as well: before what is checked of the change,
     * behind that, or instead. A fault that is found twice is told once, but counted twice.
     */
    asNew?: 'before' | 'behind' | 'instead'
  },
): {
  validateCreate(object: T): FieldError[]
  validateUpdate(object: T, old: T): FieldError[]
  validateStatusUpdate(object: T, old: T): FieldError[]
} {
  const { create = () => [], status = () => [], asNew } = checks
  const update = checks.update ?? ((object: T) => create(object))
  const whole = (object: T) => [...validateObjectMeta(object.metadata, of), ...create(object)]
  const metaUpdate = (object: T, old: T) => validateObjectMetaUpdate(object.metadata, old.metadata)
  return {
    validateCreate: whole,
    validateUpdate(object, old) {
      if (asNew === 'instead') return whole(object)
      const change = [...metaUpdate(object, old), ...update(object, old)]
      if (asNew === undefined) return change
      return asNew === 'before' ? [...whole(object), ...change] : [...change, ...whole(object)]
    },
    validateStatusUpdate: (object, old) => [...metaUpdate(object, old), ...status(object, old)],
  }
}
