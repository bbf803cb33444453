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
  'Documentation elsewhere.',
  {
    description: string(1, 'What it is.'),
    url: string(2, 'Where it is.'),
  },
)
export interface ExternalDocumentation extends TypeOf<typeof ExternalDocumentation> {}

export const ValidationRule = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.ValidationRule',
  'A rule in CEL.',
  {
    rule: string(1, 'The expression; `self` is the value.').required(),
    message: string(2, 'What is said when it is broken.'),
    messageExpression: string(3, 'CEL that makes what is said.'),
    reason: string(4, 'Reason of the fault: `FieldValueInvalid` by default.')
      .named('v1.FieldValueErrorReason')
      .nullable(),
    fieldPath: string(5, 'Which field is at fault.'),
    optionalOldSelf: boolean(
      6,
      'Whether it holds for new objects too: `oldSelf` is an optional then.',
    ).nullable(),
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
  "A JSON schema, in OpenAPI v3's form.",
  {
    id: string(1, 'Not allowed here.'),
    $schema: string(2, 'Which dialect it is.').named('v1.JSONSchemaURL'),
    $ref: string(3, 'Not allowed here.').nullable(),
    description: string(4, 'What it is, for people.'),
    type: string(5, 'Such as `object` or `string`.'),
    format: string(6, 'Such as `date-time` or `int32`.'),
    title: string(7, 'A title, for people.'),
    default: json(8, 'What is put in where nothing was given.'),
    maximum: double(9, 'The largest number.').nullable(),
    exclusiveMaximum: boolean(10, 'Whether the maximum itself is excluded.'),
    minimum: double(11, 'The smallest number.').nullable(),
    exclusiveMinimum: boolean(12, 'Whether the minimum itself is excluded.'),
    maxLength: int64(13, 'At most so many characters.').nullable(),
    minLength: int64(14, 'At least so many characters.').nullable(),
    pattern: string(15, 'Regular expression that must match.'),
    maxItems: int64(16, 'At most so many items.').nullable(),
    minItems: int64(17, 'At least so many items.').nullable(),
    uniqueItems: boolean(18, 'Not allowed as true here.'),
    multipleOf: double(19, 'A number whose multiple it must be.').nullable(),
    enum: list(20, json, 'All values that there are.').atomic(),
    maxProperties: int64(21, 'At most so many properties.').nullable(),
    minProperties: int64(22, 'At least so many properties.').nullable(),
    required: list(23, string, 'Properties that must be there.').atomic(),
    items: schemaOrList(24, 'Schema of the items.'),
    allOf: list(25, jsonSchema, 'Schemas that must all hold.').atomic(),
    oneOf: list(26, jsonSchema, 'Schemas of which just one must hold.').atomic(),
    anyOf: list(27, jsonSchema, 'Schemas of which one must hold.').atomic(),
    not: jsonSchema(28, 'A schema that must not hold.'),
    properties: map(29, jsonSchema, 'Schemas of the properties.'),
    additionalProperties: schemaOrBoolean(
      30,
      'Schema of the values of a map, or whether there are further properties.',
    ),
    patternProperties: map(31, jsonSchema, 'Not allowed here.'),
    dependencies: map(32, schemaOrStrings, 'Not allowed here.'),
    additionalItems: schemaOrBoolean(33, 'Not allowed here.'),
    definitions: map(34, jsonSchema, 'Not allowed here.'),
    externalDocs: ref(35, ExternalDocumentation, 'Documentation elsewhere.'),
    example: json(36, 'A sample.'),
    nullable: boolean(37, 'Whether it may be null.'),
    'x-kubernetes-preserve-unknown-fields': boolean(
      38,
      'Whether fields without a schema are kept.',
    ).nullable(),
    'x-kubernetes-embedded-resource': boolean(
      39,
      'Whether it is a whole object with kind and metadata.',
    ),
    'x-kubernetes-int-or-string': boolean(40, 'Whether it is a number or a string.'),
    'x-kubernetes-list-map-keys': list(41, string, 'Properties that tell items apart.').atomic(),
    'x-kubernetes-list-type': string(
      42,
      '`atomic`, `set` or `map`: how lists are merged.',
    ).nullable(),
    'x-kubernetes-map-type': string(
      43,
      '`granular` or `atomic`: how objects are merged.',
    ).nullable(),
    'x-kubernetes-validations': list(44, ValidationRule, 'Rules in CEL.')
      .keyed('rule')
      .patch('merge', 'rule'),
  },
)
