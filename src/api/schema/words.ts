/**
 * The declaring words: every API type is declared once with them, and the TypeScript type, the
 * codecs, defaulting, pruning, merging, OpenAPI and `explain` come from that one declaration.
 *
 *     export const ContainerPort = struct('io.k8s.api.core.v1.ContainerPort', 'A port …', {
 *       name: string(1, 'Unique name, to be referred to by services.'),
 *       containerPort: int32(3, 'Port number, 1 to 65535.').required(),
 *     })
 *     export interface ContainerPort extends TypeOf<typeof ContainerPort> {}
 */

export type ScalarKind =
  | 'string'
  | 'boolean'
  | 'int32'
  | 'int64'
  | 'double'
  /** Base64 in JSON, raw in protobuf. */
  | 'bytes'
  /** A resource quantity such as `500m` or `1Gi`: a string in JSON (a number is accepted). */
  | 'quantity'
  /** A JSON number or string. */
  | 'intOrString'
  /** RFC 3339 with seconds, UTC. */
  | 'time'
  /** RFC 3339 with microseconds, UTC. */
  | 'microTime'
  /** Any JSON object, not looked into. */
  | 'raw'
  /** Any JSON value, not looked into (a default, an example). */
  | 'json'
  /** The field sets of `managedFields`: a JSON object, carried as bytes in protobuf. */
  | 'fieldsV1'

export type FieldType =
  | { readonly kind: ScalarKind }
  | { readonly kind: 'struct'; readonly struct: () => Struct }
  | { readonly kind: 'list'; readonly item: FieldType }
  | { readonly kind: 'map'; readonly value: FieldType }
  /** In JSON an object, or something else in its place (see `structOr`). */
  | {
      readonly kind: 'either'
      readonly struct: () => Struct
      readonly other: EitherOther
      /** OpenAPI name of the type. */
      readonly name: string
    }

/** What may stand in place of an object: several of it, yes or no, or names. */
export type EitherOther = 'list' | 'boolean' | 'strings'

/** Everything that is declared about one field. */
export interface FieldDefinition {
  readonly type: FieldType
  /** Protobuf field number; 0 for fields that are in JSON only (`kind`, `apiVersion`). */
  readonly proto: number
  /** One sentence or two, our own words. */
  readonly doc: string
  /** Must be given by the writer (OpenAPI `required`). */
  readonly required: boolean
  /**
   * Embedded by value upstream: written even when empty (`{}`; a zero time is written as `null`),
   * and never absent from what a server answers.
   */
  readonly always: boolean
  /** A pointer upstream: a zero (`0`, `''`, `false`) is a value of its own, not absence. */
  readonly nullable?: boolean
  readonly listType?: 'atomic' | 'set' | 'map'
  readonly listMapKeys?: readonly string[]
  readonly patchStrategy?: 'merge' | 'replace' | 'retainKeys' | 'merge,retainKeys'
  readonly patchMergeKey?: string
  readonly mapType?: 'atomic' | 'granular'
  /**
   * In protobuf the field lives in an embedded message with this number; in JSON it is inlined.
   */
  readonly inlineProto?: number
  /** The same once more, within that embedded message. */
  readonly inlineInnerProto?: number
  /** The type's name in Go where it has one of its own: `v1.PullPolicy`. For error messages. */
  readonly goType?: string
}

declare const typed: unique symbol

/** A field's declaration, and (in its type only) the TypeScript type of its value. */
export class FieldWord<T, Present extends boolean = false> {
  declare readonly [typed]: T
  readonly definition: FieldDefinition
  readonly present: Present

  constructor(definition: FieldDefinition, present: Present) {
    this.definition = definition
    this.present = present
  }

  /** The writer must give it. */
  required(): FieldWord<T, true> {
    return new FieldWord<T, true>({ ...this.definition, required: true }, true)
  }
  /** Embedded by value: there even when empty. */
  always(): FieldWord<T, true> {
    return new FieldWord<T, true>({ ...this.definition, always: true }, true)
  }
  /** As `always`, but a writer may leave it out: a server fills it in. */
  written(): FieldWord<T, Present> {
    return this.#with({ always: true })
  }
  /** A zero that is given stays; without this word, zeros of optional fields are left out. */
  nullable(): FieldWord<T, Present> {
    return this.#with({ nullable: true })
  }
  /** A list that is replaced as a whole. */
  atomic(): FieldWord<T, Present> {
    return this.#with({ listType: 'atomic' })
  }
  /** A list of unique scalars. */
  set(): FieldWord<T, Present> {
    return this.#with({ listType: 'set' })
  }
  /** A list whose items are told apart by these fields. */
  keyed(...keys: string[]): FieldWord<T, Present> {
    return this.#with({ listType: 'map', listMapKeys: keys })
  }
  /** How a strategic merge patch treats the field. */
  patch(
    strategy: NonNullable<FieldDefinition['patchStrategy']>,
    mergeKey?: string,
  ): FieldWord<T, Present> {
    return this.#with({ patchStrategy: strategy, ...(mergeKey && { patchMergeKey: mergeKey }) })
  }
  /** A map or struct that server-side apply owns as a whole. */
  atomicMap(): FieldWord<T, Present> {
    return this.#with({ mapType: 'atomic' })
  }
  /** What Go calls the type of the value, or of a list's items: messages of wrong types name it. */
  named(goType: string): FieldWord<T, Present> {
    return this.#with({ goType })
  }
  /** Only parts of the map or struct are owned, as is usual; said where upstream says it. */
  granularMap(): FieldWord<T, Present> {
    return this.#with({ mapType: 'granular' })
  }
  /** The same field inside an inlined message with protobuf number `proto`, or one within that. */
  inlinedAt(proto: number, inner?: number): FieldWord<T, Present> {
    return this.#with({
      inlineProto: proto,
      ...(inner !== undefined && { inlineInnerProto: inner }),
    })
  }

  #with(change: Partial<FieldDefinition>): FieldWord<T, Present> {
    return new FieldWord<T, Present>({ ...this.definition, ...change }, this.present)
  }
}

export type FieldWords = Readonly<Record<string, FieldWord<unknown, boolean>>>

type ValueOf<W> = W extends FieldWord<infer T, boolean> ? T : never
type PresentKeys<F> = { [K in keyof F]: F[K] extends FieldWord<unknown, true> ? K : never }[keyof F]

/** The TypeScript type that a struct declares. */
export type TypeOf<S extends Struct<FieldWords>> =
  S extends Struct<infer F>
    ? { [K in PresentKeys<F>]: ValueOf<F[K]> } & {
        [K in Exclude<keyof F, PresentKeys<F>>]?: ValueOf<F[K]>
      }
    : never

/** A declared object type. */
export interface Struct<F extends FieldWords = FieldWords> {
  /** OpenAPI name: `io.k8s.api.core.v1.Pod`. */
  readonly name: string
  readonly doc: string
  readonly words: F
  /** The declarations by JSON name, in order of declaration. */
  readonly fields: Readonly<Record<string, FieldDefinition>>
  /** `atomic`: server-side apply owns the object as a whole. */
  readonly mapType?: 'atomic'
  /** Its schema in OpenAPI, where the fields do not say it all. */
  readonly openApi?: (document: 'v2' | 'v3') => Record<string, unknown>
}

/** Declares an object type. */
export function struct<const F extends FieldWords>(
  name: string,
  doc: string,
  words: F,
  options: Pick<Struct, 'mapType' | 'openApi'> = {},
): Struct<F> {
  const fields: Record<string, FieldDefinition> = {}
  for (const [key, word] of Object.entries(words)) fields[key] = word.definition
  return { name, doc, words, fields, ...options }
}

function word<T>(type: FieldType, proto: number, doc: string): FieldWord<T> {
  return new FieldWord<T>({ type, proto, doc, required: false, always: false }, false)
}

export const string = (proto: number, doc = '') => word<string>({ kind: 'string' }, proto, doc)
export const boolean = (proto: number, doc = '') => word<boolean>({ kind: 'boolean' }, proto, doc)
export const int32 = (proto: number, doc = '') => word<number>({ kind: 'int32' }, proto, doc)
export const int64 = (proto: number, doc = '') => word<number>({ kind: 'int64' }, proto, doc)
export const double = (proto: number, doc = '') => word<number>({ kind: 'double' }, proto, doc)
export const bytes = (proto: number, doc = '') => word<string>({ kind: 'bytes' }, proto, doc)
export const quantity = (proto: number, doc = '') => word<string>({ kind: 'quantity' }, proto, doc)
export const intOrString = (proto: number, doc = '') =>
  word<number | string>({ kind: 'intOrString' }, proto, doc)
export const time = (proto: number, doc = '') => word<string>({ kind: 'time' }, proto, doc)
export const microTime = (proto: number, doc = '') =>
  word<string>({ kind: 'microTime' }, proto, doc)
export const raw = (proto: number, doc = '') => word<unknown>({ kind: 'raw' }, proto, doc)
export const json = (proto: number, doc = '') => word<unknown>({ kind: 'json' }, proto, doc)
export const fieldsV1 = (proto: number, doc = '') =>
  word<Record<string, unknown>>({ kind: 'fieldsV1' }, proto, doc)

/** A field that holds another declared object. */
export function ref<F extends FieldWords>(
  proto: number,
  of: Struct<F>,
  doc = '',
): FieldWord<TypeOf<Struct<F>>> {
  return word({ kind: 'struct', struct: () => of }, proto, doc)
}

/**
 * A field that holds an object whose type cannot be inferred, because it contains itself: `T` is
 * spelled out, and the declaration is looked up when it is needed.
 */
export function lazy<T>(proto: number, of: () => Struct, doc = ''): FieldWord<T> {
  return word({ kind: 'struct', struct: of }, proto, doc)
}

/** A field that holds the object that `of` declares, or in its place `other`. */
export function structOr<T, O>(
  proto: number,
  of: { name: string; struct: () => Struct; other: EitherOther },
  doc = '',
): FieldWord<T | O> {
  return word({ kind: 'either', ...of }, proto, doc)
}

/** What a list or map holds: a declared object, or a scalar word such as `string`. */
type ElementType<E> =
  E extends Struct<infer F>
    ? TypeOf<Struct<F>>
    : E extends (proto: number) => FieldWord<infer T>
      ? T
      : never

function elementType(element: Struct | ((proto: number) => FieldWord<unknown>)): FieldType {
  if (typeof element === 'function') return element(0).definition.type
  return { kind: 'struct', struct: () => element }
}

export function list<E extends Struct | ((proto: number) => FieldWord<unknown>)>(
  proto: number,
  of: E,
  doc = '',
): FieldWord<ElementType<E>[]> {
  return word({ kind: 'list', item: elementType(of) }, proto, doc)
}

/** A map with string keys. */
export function map<E extends Struct | ((proto: number) => FieldWord<unknown>)>(
  proto: number,
  of: E,
  doc = '',
): FieldWord<Record<string, ElementType<E>>> {
  return word({ kind: 'map', value: elementType(of) }, proto, doc)
}

/** Element of a map whose values are lists of a scalar. */
export const stringList = (proto: number) => list(proto, string)
