import { bytesField, varintField } from './protobuf.ts'

/** The media type under which kubectl up to 1.28 asks for the document. */
export const OPENAPI_V2_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'

/** How it is answered: what is asked for is no media type, strictly. */
export const OPENAPI_V2_CONTENT_TYPE = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'

type Json = { readonly [name: string]: unknown }

/**
 * An OpenAPI v2 document in protobuf (gnostic's `openapi.v2.Document`): what kubectl looks at, which
 * is the definitions, and the operations with their parameters.
 */
export function encodeOpenApiV2(document: Json): Uint8Array {
  const info = object(document['info'])
  const paths = Object.entries(object(document['paths'])).map(([path, item]) =>
    bytesField(2, named(path, pathItem(object(item)))),
  )
  return join([
    text(1, document['swagger']),
    bytesField(2, join([text(1, info['title']), text(2, info['version'])])),
    bytesField(8, join(paths)),
    bytesField(9, namedSchemas(object(document['definitions']))),
  ])
}

const join = (parts: readonly Uint8Array[]): Uint8Array => Buffer.concat(parts)
const NOTHING = new Uint8Array(0)

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {}
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** A string field; left out when there is none. */
function text(field: number, value: unknown): Uint8Array {
  return typeof value === 'string' && value !== '' ? bytesField(field, Buffer.from(value)) : NOTHING
}

const texts = (field: number, value: unknown): Uint8Array =>
  join(list(value).map((item) => text(field, item)))

const flag = (field: number, value: unknown): Uint8Array =>
  value === true ? varintField(field, 1) : NOTHING

/** An entry of a map: name and message. */
function named(name: string, value: Uint8Array): Uint8Array {
  return join([text(1, name), bytesField(2, value)])
}

/** `x-…` properties: their values are YAML texts, of which JSON is one kind. */
function extensions(field: number, of: Json): Uint8Array {
  const found = Object.entries(of).filter(([name]) => name.startsWith('x-'))
  return join(found.map(([name, value]) => bytesField(field, named(name, any(value)))))
}

const any = (value: unknown): Uint8Array => bytesField(2, Buffer.from(JSON.stringify(value)))

function namedSchemas(schemas: Json): Uint8Array {
  return join(
    Object.entries(schemas).map(([name, value]) =>
      bytesField(1, named(name, schema(object(value)))),
    ),
  )
}

function schema(of: Json): Uint8Array {
  const { additionalProperties, items, properties, type } = of
  return join([
    text(1, of['$ref']),
    text(2, of['format']),
    text(4, of['description']),
    'default' in of ? bytesField(5, any(of['default'])) : NOTHING,
    texts(19, of['required']),
    join(list(of['enum']).map((value) => bytesField(20, any(value)))),
    additionalProperties === undefined
      ? NOTHING
      : bytesField(21, bytesField(1, schema(object(additionalProperties)))),
    type === undefined ? NOTHING : bytesField(22, text(1, type)),
    items === undefined ? NOTHING : bytesField(23, bytesField(1, schema(object(items)))),
    properties === undefined ? NOTHING : bytesField(25, namedSchemas(object(properties))),
    extensions(31, of),
  ])
}

const METHODS: Readonly<Record<string, number>> = { get: 2, put: 3, post: 4, delete: 5, patch: 8 }

function pathItem(of: Json): Uint8Array {
  const operations = Object.entries(METHODS).map(([method, field]) =>
    of[method] === undefined ? NOTHING : bytesField(field, operation(object(of[method]))),
  )
  const parameters = list(of['parameters']).map((p) => bytesField(9, parameter(object(p))))
  return join([...operations, ...parameters, extensions(10, of)])
}

function operation(of: Json): Uint8Array {
  const responses = Object.entries(object(of['responses'])).map(([code, value]) =>
    bytesField(1, named(code, bytesField(1, response(object(value))))),
  )
  return join([
    text(3, of['description']),
    text(5, of['operationId']),
    texts(6, of['produces']),
    texts(7, of['consumes']),
    join(list(of['parameters']).map((p) => bytesField(8, parameter(object(p))))),
    bytesField(9, join(responses)),
    texts(10, of['schemes']),
    extensions(13, of),
  ])
}

function response(of: Json): Uint8Array {
  const content = of['schema']
  return join([
    text(1, of['description']),
    content === undefined ? NOTHING : bytesField(2, bytesField(1, schema(object(content)))),
  ])
}

// Wrapped three times: an item is a parameter, which is of a body or not, which is in query or path.
function parameter(of: Json): Uint8Array {
  const { name, description, required } = of
  if (of['in'] === 'body') {
    const body = [
      text(1, description),
      text(2, name),
      text(3, 'body'),
      flag(4, required),
      bytesField(5, schema(object(of['schema']))),
    ]
    return bytesField(1, bytesField(1, join(body)))
  }
  const inQuery = of['in'] === 'query'
  const rest = [
    flag(1, required),
    text(2, of['in']),
    text(3, description),
    text(4, name),
    // A query parameter may be empty, so that its type stands one number later.
    text(inQuery ? 6 : 5, of['type']),
    flag(inQuery ? 20 : 19, of['uniqueItems']),
  ]
  return bytesField(1, bytesField(2, bytesField(inQuery ? 3 : 4, join(rest))))
}
