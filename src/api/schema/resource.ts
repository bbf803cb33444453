import type { StatusCause } from '../../base/index.ts'
import type { JSONSchemaProps } from '../apiextensions/json-schema.ts'
import type { KubeObject } from './object.ts'
import type { FieldWords, Struct } from './words.ts'

/**
 * Reasons of field errors (apimachinery `field.ErrorType`), as they stand in a Status' causes.
 */
export type FieldErrorType =
  | 'FieldValueRequired'
  | 'FieldValueInvalid'
  | 'FieldValueNotSupported'
  | 'FieldValueForbidden'
  | 'FieldValueDuplicate'
  | 'FieldValueNotFound'
  | 'FieldValueTooLong'
  | 'FieldValueTooMany'
  | 'FieldValueTypeInvalid'
  | 'InternalError'

/**
 * One fault of an object. `message` is the whole text as Kubernetes words it, path included, such
 * as `spec.replicas: Invalid value: -1: must be greater than or equal to 0`.
 */
export interface FieldError {
  readonly type: FieldErrorType
  /** JSON path: `spec.containers[0].name`. */
  readonly field: string
  /** Without the path: `Invalid value: -1: must be …`. */
  readonly detail: string
}

/** The causes of a Status `Invalid`, from field errors. */
export function toCauses(errors: readonly FieldError[]): StatusCause[] {
  return errors.map((e) => ({ reason: e.type, message: e.detail, field: e.field }))
}

/**
 * What happens to objects of a resource on their way in, in this order (as in upstream's
 * strategies): decode → default → prepareFor… → validate… → canonicalize → store. All pure;
 * `object` may be changed in place, `old` never.
 */
export interface Strategy<T extends KubeObject> {
  /** Fills in defaults, for every write and for objects read from the store. Idempotent. */
  applyDefaults(object: T): void
  /** Clears what clients may not set at creation (usually status), sets `generation`. */
  prepareForCreate(object: T): void
  /**
   * Restores what this update may not change (usually status), bumps `generation` if spec did.
   */
  prepareForUpdate(object: T, old: T): void
  /** The same for the status sub-resource: everything but status is taken from `old`. */
  prepareForStatusUpdate(object: T, old: T): void
  validateCreate(object: T): FieldError[]
  validateUpdate(object: T, old: T): FieldError[]
  validateStatusUpdate(object: T, old: T): FieldError[]
  /** What is to be said of an object that is let in, new or changed; `old`: as it was. */
  warn?(object: T, old?: T): string[]
  /**
   * Whether PUT or PATCH of an absent object creates it (leases, endpoints, nodes: no by
   * default).
   */
  readonly allowCreateOnUpdate?: boolean
  /** Whether an update without resourceVersion is allowed. Default true. */
  readonly allowUnconditionalUpdate?: boolean
  /** Default propagation for DELETE without a policy: `background` if absent. */
  readonly defaultPropagation?: 'background' | 'orphan'
  /** Marks an object whose deletion begins, such as by a finalizer of the kind's own. */
  beginDeletion?(object: T, nowMs: number): void
  /** Seconds for a graceful deletion when the client names none. Absent: deletes at once. */
  defaultGraceSeconds?(object: T): number | undefined
}

/** One column of `kubectl get`. */
export interface Column<T> {
  readonly name: string
  readonly type: 'string' | 'integer' | 'date' | 'boolean' | 'number'
  readonly format?: string
  readonly doc: string
  /** 0: always shown; 1 and more: with `-o wide`. */
  readonly priority: number
  cell(object: T, context: { nowMs: number }): string | number | boolean | null
}

/** Where the scale sub-resource finds its numbers. */
export interface ScalePaths<T> {
  replicas(object: T): number
  setReplicas(object: T, replicas: number): void
  statusReplicas(object: T): number
  /** The label selector in text form. */
  selector(object: T): string
  /** Why there is no scale to be read; absent or undefined when there is one. */
  missing?(object: T): string | undefined
}

/** How objects are read and written whose shape a CustomResourceDefinition gives. */
export interface CustomShape {
  readonly schema: JSONSchemaProps
  /**
   * An object from parsed JSON, with defaults, and without what the schema does not know, which is
   * told in `unknown` (`unknown field "spec.a"`). Takes parts of `value`, and changes them. Throws
   * `JsonTypeError` for metadata of a wrong type.
   */
  read(value: Record<string, unknown>, options?: { unknown?: string[] }): KubeObject
  applyDefaults(object: KubeObject): void
  /** As it is written: keys sorted. */
  toJson(object: KubeObject): unknown
}

/** Reads a field as text. A method type, so that `Resource<Pod>` is a `Resource`. */
export type FieldReader<T> = { read(object: T): string }['read']

/**
 * A resource, declared once: the API server, the client, the tool and discovery read it from
 * here.
 */
export interface Resource<T extends KubeObject = KubeObject> {
  /** `''` for the core group. */
  readonly group: string
  readonly version: string
  readonly kind: string
  /** Default: kind + `List`. */
  readonly listKind: string
  /** The name in URLs, `pods`. */
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  /** Discovery verbs, sorted. */
  readonly verbs: readonly string[]
  readonly struct: Struct<FieldWords>
  /** For custom resources: what stands in the place of `struct`, which is metadata only then. */
  readonly custom?: CustomShape
  /** Warning to all who use the version. */
  readonly deprecation?: string
  readonly strategy: Strategy<T>
  readonly columns: readonly Column<T>[]
  /** Field selectors beyond `metadata.name` and `metadata.namespace`. */
  readonly selectableFields: Readonly<Record<string, FieldReader<T>>>
  /** Whether there is a `status` sub-resource. */
  readonly hasStatus: boolean
  readonly scale?: ScalePaths<T>
  /**
   * Nothing is stored: a handler of the API server answers (reviews, bindings, component statuses).
   */
  readonly virtual?: boolean
  /** The objects are kept as another resource's; absent: as they are. */
  readonly storedAs?: StoredAs<T>
  /** Objects go from one version to another by this webhook, not by `storedAs`. */
  readonly conversion?: ConversionWebhook
  /** Further sub-resources for discovery: name → kind and verbs. */
  readonly subresources: Readonly<Record<string, SubresourceInfo>>
}

/**
 * How the objects of one version of a kind are kept: as those of another version, which may even
 * be of another group (`events.k8s.io` Events are kept as core Events). Both ways are pure, lose
 * nothing, and share nothing with what they are given.
 */
export interface StoredAs<T extends KubeObject = KubeObject> {
  /** Whose keys, validation and preparation hold. */
  readonly resource: Resource
  toStored(object: T): KubeObject
  fromStored(stored: KubeObject): T
}

/** A server that converts the objects of a custom resource. */
export interface ConversionWebhook {
  readonly clientConfig: {
    readonly url?: string
    readonly service?: {
      readonly namespace?: string
      readonly name?: string
      readonly path?: string
      readonly port?: number
    }
    /** Base64 of PEM. */
    readonly caBundle?: string
  }
  /** Versions of ConversionReview that it reads, the best first. */
  readonly conversionReviewVersions: readonly string[]
}

export interface SubresourceInfo {
  /** `group/version/Kind` of what it takes and gives, group empty for core: `v1/Binding`. */
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly verbs: readonly string[]
  /**
   * What discovery tells of `group` and `version`: nothing when the kind is the resource's own.
   */
  readonly foreign?: boolean
}

/** `apps/v1`, or `v1` for the core group. */
export function apiVersionOf(resource: { group: string; version: string }): string {
  return resource.group === '' ? resource.version : `${resource.group}/${resource.version}`
}
