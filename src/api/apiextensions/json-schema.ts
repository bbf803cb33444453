import {
  boolean,
  double,
  type EitherOther,
  int64,
  json,
  lazy,
  list,
  map,
  ref,
  string,
  type Struct,
  struct,
  structOr,
  type TypeOf,
} from '../schema/index.ts'

export const ExternalDocumentation = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ExternalDocumentation',
  '',
  {
    description: string(1),
    url: string(2),
  },
)
export interface ExternalDocumentation extends TypeOf<typeof ExternalDocumentation> {}

export const ValidationRule = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule',
  '',
  {
    fieldPath: string(5),
    message: string(2),
    messageExpression: string(3),
    optionalOldSelf: boolean(6).nullable(),
    reason: string(4).named('v1.FieldValueErrorReason').nullable(),
    rule: string(1).required(),
  },
)
export interface ValidationRule extends TypeOf<typeof ValidationRule> {}

/** Spelled out: a type that contains itself cannot be inferred. */
export interface JSONSchemaProps {
  $ref?: string
  $schema?: string
  additionalItems?: JSONSchemaProps | boolean
  additionalProperties?: JSONSchemaProps | boolean
  allOf?: JSONSchemaProps[]
  anyOf?: JSONSchemaProps[]
  default?: unknown
  definitions?: Record<string, JSONSchemaProps>
  dependencies?: Record<string, JSONSchemaProps | string[]>
  description?: string
  enum?: unknown[]
  example?: unknown
  exclusiveMaximum?: boolean
  exclusiveMinimum?: boolean
  externalDocs?: ExternalDocumentation
  format?: string
  id?: string
  items?: JSONSchemaProps | JSONSchemaProps[]
  maxItems?: number
  maxLength?: number
  maxProperties?: number
  maximum?: number
  minItems?: number
  minLength?: number
  minProperties?: number
  minimum?: number
  multipleOf?: number
  not?: JSONSchemaProps
  nullable?: boolean
  oneOf?: JSONSchemaProps[]
  pattern?: string
  patternProperties?: Record<string, JSONSchemaProps>
  properties?: Record<string, JSONSchemaProps>
  required?: string[]
  title?: string
  type?: string
  uniqueItems?: boolean
  'x-kubernetes-embedded-resource'?: boolean
  'x-kubernetes-int-or-string'?: boolean
  'x-kubernetes-list-map-keys'?: string[]
  'x-kubernetes-list-type'?: string
  'x-kubernetes-map-type'?: string
  'x-kubernetes-preserve-unknown-fields'?: boolean
  'x-kubernetes-validations'?: ValidationRule[]
}

const PREFIX = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1'
function schemaStruct(): Struct {
  return JSONSchemaProps
}

/** A field that holds a schema. */
export const jsonSchema = (proto: number, doc = '') =>
  lazy<JSONSchemaProps>(proto, schemaStruct, doc)

const either =
  <O>(name: string, other: EitherOther) =>
  (proto: number, doc = '') =>
    structOr<JSONSchemaProps, O>(
      proto,
      { name: `${PREFIX}.JSONSchemaPropsOr${name}`, struct: schemaStruct, other },
      doc,
    )
const schemaOrList = either<JSONSchemaProps[]>('Array', 'list')
const schemaOrBoolean = either<boolean>('Bool', 'boolean')
const schemaOrStrings = either<string[]>('StringArray', 'strings')

export const JSONSchemaProps: Struct = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSONSchemaProps',
  '',
  {
    $ref: string(3).nullable(),
    $schema: string(2).named('v1.JSONSchemaURL'),
    additionalItems: schemaOrBoolean(33),
    additionalProperties: schemaOrBoolean(30),
    allOf: list(25, jsonSchema).atomic(),
    anyOf: list(27, jsonSchema).atomic(),
    default: json(8),
    definitions: map(34, jsonSchema),
    dependencies: map(32, schemaOrStrings),
    description: string(4),
    enum: list(20, json).atomic(),
    example: json(36),
    exclusiveMaximum: boolean(10),
    exclusiveMinimum: boolean(12),
    externalDocs: ref(35, ExternalDocumentation),
    format: string(6),
    id: string(1),
    items: schemaOrList(24),
    maxItems: int64(16).nullable(),
    maxLength: int64(13).nullable(),
    maxProperties: int64(21).nullable(),
    maximum: double(9).nullable(),
    minItems: int64(17).nullable(),
    minLength: int64(14).nullable(),
    minProperties: int64(22).nullable(),
    minimum: double(11).nullable(),
    multipleOf: double(19).nullable(),
    not: jsonSchema(28),
    nullable: boolean(37),
    oneOf: list(26, jsonSchema).atomic(),
    pattern: string(15),
    patternProperties: map(31, jsonSchema),
    properties: map(29, jsonSchema),
    required: list(23, string).atomic(),
    title: string(7),
    type: string(5),
    uniqueItems: boolean(18),
    'x-kubernetes-embedded-resource': boolean(39),
    'x-kubernetes-int-or-string': boolean(40),
    'x-kubernetes-list-map-keys': list(41, string).atomic(),
    'x-kubernetes-list-type': string(42).nullable(),
    'x-kubernetes-map-type': string(43).nullable(),
    'x-kubernetes-preserve-unknown-fields': boolean(38).nullable(),
    'x-kubernetes-validations': list(44, ValidationRule).keyed('rule').patch('merge', 'rule'),
  },
)
