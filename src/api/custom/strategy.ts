import { goQuote } from '../go/index.ts'
import { dns1123SubdomainErrors, qualifiedNameErrors } from '../validation/index.ts'
import { invalid, validateObjectMeta, validateObjectMetaUpdate } from '../validation/index.ts'
import type { CustomShape, FieldError, KubeObject, Strategy } from '../schema/index.ts'
import { bumpGeneration, copyOf, keepGeneration } from '../strategy/index.ts'
import {
  compileRules,
  goPlain,
  goTypeName,
  isObject,
  NO_PATH,
  sameJson,
  type RuleTree,
  validateListTypes,
  validateRules,
  validateSchema,
} from '../structural/index.ts'
import { validateEmbedded } from './embedded.ts'

export interface CustomStrategyOptions {
  readonly kind: string
  readonly apiVersion: string
  readonly namespaced: boolean
  readonly hasStatus: boolean
  readonly shape: CustomShape
  /** Where the numbers of the scale sub-resource are, which must be such: `.spec.replicas`. */
  readonly replicas: readonly string[]
  /** Where its selector is, a text; undefined: nowhere. */
  readonly selector: string | undefined
}

interface CustomObject extends KubeObject {
  status?: unknown
}

/** What happens to objects of a custom resource on their way in (upstream's `customresource`). */
export function customStrategy(of: CustomStrategyOptions): Strategy<KubeObject> {
  const rules = compileRules(of.shape.schema)
  const check = (object: KubeObject, old?: KubeObject) => validate({ ...of, rules }, object, old)
  return {
    allowUnconditionalUpdate: false,
    applyDefaults: (object) => of.shape.applyDefaults(object),
    prepareForCreate(object: CustomObject) {
      if (of.hasStatus) delete object.status
      object.metadata.generation = 1
    },
    prepareForUpdate(object: CustomObject, old: CustomObject) {
      if (of.hasStatus) {
        if (old.status === undefined) delete object.status
        else object.status = copyOf(old.status)
      }
      keepGeneration(object, old)
      if (!sameBody(object, old)) bumpGeneration(object, old)
    },
    // All but status is as it was, metadata too (who owns which field aside).
    prepareForStatusUpdate(object: CustomObject, old: CustomObject) {
      const { status } = object
      const { managedFields, resourceVersion } = object.metadata
      for (const key of Object.keys(object)) Reflect.deleteProperty(object, key)
      Object.assign(object, copyOf(old))
      if (status === undefined) delete object.status
      else object.status = status
      if (managedFields) object.metadata.managedFields = managedFields
      if (resourceVersion !== undefined) object.metadata.resourceVersion = resourceVersion
    },
    validateCreate: (object) => check(object),
    validateUpdate: (object, old) => check(object, old),
    validateStatusUpdate: (object, old) => check(object, old),
    warn: (object, old) => finalizerWarnings(object, old),
  }
}

const STANDARD_FINALIZERS = new Set(['orphan', 'foregroundDeletion', 'kubernetes'])

// Names without a domain may be anybody's.
function finalizerWarnings({ metadata }: KubeObject, old: KubeObject | undefined): string[] {
  const before = new Set(old?.metadata.finalizers ?? [])
  const added = [...new Set(metadata.finalizers ?? [])].filter((name) => !before.has(name))
  return added.sort().flatMap((name) => {
    const told = (why: string) => `metadata.finalizers: ${goQuote(name)}: ${why}`
    const warnings = qualifiedNameErrors(name).map(told)
    if (name.includes('/') || STANDARD_FINALIZERS.has(name)) return warnings
    const path = name.includes('.') ? ' including a path (/)' : ''
    const why =
      `prefer a domain-qualified finalizer name${path} to avoid accidental conflicts with other ` +
      'finalizer writers'
    return [...warnings, told(why)]
  })
}

function sameBody(object: KubeObject, old: KubeObject): boolean {
  return sameJson({ ...object, metadata: {} }, { ...old, metadata: {} })
}

type Checks = CustomStrategyOptions & { readonly rules: RuleTree | undefined }

function validate(of: Checks, object: KubeObject, old: KubeObject | undefined): FieldError[] {
  const typeErrors = checkType(of, object)
  const errors = typeErrors.length > 0 ? typeErrors : checkBody(of, object, old)
  errors.push(...validateEmbedded(of.shape.schema, object))
  const { schema } = of.shape
  // What was wrong before may stay so.
  if (!old || validateListTypes(schema, old).length === 0) {
    errors.push(...validateListTypes(schema, object))
  }
  if (!of.rules) return errors
  if (errors.some((error) => BLOCKING.has(error.type)))
    return [...errors, invalid(NO_PATH, 'null', UNCHECKED)]
  return [...errors, ...validateRules(of.rules, object, { old })]
}

/** Faults with which rules cannot be run: they may count on what the schema says. */
const BLOCKING: ReadonlySet<FieldError['type']> = new Set([
  'FieldValueRequired',
  'FieldValueNotSupported',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
])

const UNCHECKED =
  'some validation rules were not checked because the object was invalid; correct the existing ' +
  'errors to complete validation'

function checkType(of: CustomStrategyOptions, { kind, apiVersion }: KubeObject): FieldError[] {
  const errors: FieldError[] = []
  if (kind !== of.kind) errors.push(invalid('kind', kind, `must be ${of.kind}`))
  if (apiVersion !== of.apiVersion) {
    errors.push(invalid('apiVersion', apiVersion, `must be ${of.apiVersion}`))
  }
  return errors
}

function checkBody(
  of: CustomStrategyOptions,
  object: KubeObject,
  old: KubeObject | undefined,
): FieldError[] {
  const { namespaced } = of
  const meta = old
    ? validateObjectMetaUpdate(object.metadata, old.metadata, { anyFinalizer: true })
    : validateObjectMeta(object.metadata, {
        namespaced,
        nameErrors: dns1123SubdomainErrors,
        anyFinalizer: true,
      })
  return [
    ...meta,
    ...validateSchema(of.shape.schema, object, { old }),
    ...of.replicas.flatMap((path) => checkReplicas(path, object)),
    ...(of.selector ? checkSelector(of.selector, object) : []),
  ]
}

const INT32_MAX = 2 ** 31 - 1

// A number of replicas that is there must be one, and not too large.
function checkReplicas(path: string, object: KubeObject): FieldError[] {
  const read = readAt(object, path, 'int64')
  if ('fault' in read) return [invalid(path, 0, read.fault)]
  const value = (read.value ?? 0) as number
  if (value < 0) return [invalid(path, value, 'should be a non-negative integer')]
  if (value > INT32_MAX) {
    return [invalid(path, value, `should be less than or equal to ${INT32_MAX}`)]
  }
  return []
}

function checkSelector(path: string, object: KubeObject): FieldError[] {
  const read = readAt(object, path, 'string')
  return 'fault' in read ? [invalid(path, '', read.fault)] : []
}

// The value at a path of names, of a type that Go would have for it.
function readAt(
  object: unknown,
  path: string,
  type: 'int64' | 'string',
): { value: unknown } | { fault: string } {
  const names = path.replace(/^\./, '').split('.')
  const odd = (at: string, value: unknown, wanted: string) => ({
    fault: `.${at} accessor error: ${goPlain(value)} is of the type ${goTypeName(value)}, expected ${wanted}`,
  })
  let value: unknown = object
  for (const [i, name] of names.entries()) {
    if (value === null) return { value: undefined }
    if (!isObject(value)) {
      return odd(names.slice(0, i + 1).join('.'), value, 'map[string]interface{}')
    }
    if (!Object.hasOwn(value, name)) return { value: undefined }
    value = value[name]
  }
  return goTypeName(value) === type ? { value } : odd(names.join('.'), value, type)
}
