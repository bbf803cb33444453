import { basename } from 'node:path'
import protobuf from 'protobufjs'

/**
 * What the .proto files say, as data: for the store's JSON gateway, which must know names and types
 * as they are written there, and for server reflection.
 */
export const SCHEMA_TYPES = `/** What the .proto files say; names as written there, types fully qualified. */
export interface SchemaField {
  readonly name: string
  readonly number: number
  /** A scalar's name, \`message\` or \`enum\`. */
  readonly type: string
  /** Of a message or enum: \`.package.Name\`. */
  readonly typeName?: string
  readonly repeated?: boolean
  readonly oneof?: string
}
export interface SchemaType {
  readonly name: string
  readonly fields: readonly SchemaField[]
  readonly oneofs: readonly string[]
  readonly types: readonly SchemaType[]
  readonly enums: readonly SchemaEnum[]
}
export interface SchemaEnum {
  readonly name: string
  readonly values: Readonly<Record<string, number>>
}
export interface SchemaMethod {
  readonly name: string
  readonly request: string
  readonly response: string
  readonly requestStream: boolean
  readonly responseStream: boolean
}
export interface SchemaService {
  readonly name: string
  readonly methods: readonly SchemaMethod[]
}
export interface SchemaFile {
  readonly name: string
  readonly package: string
  readonly imports: readonly string[]
  readonly types: readonly SchemaType[]
  readonly enums: readonly SchemaEnum[]
  readonly services: readonly SchemaService[]
}
export const schemaFiles: readonly SchemaFile[]
`

/** The files of one folder; \`texts\` by their names. */
export function schemaOf(texts: ReadonlyMap<string, string>): object[] {
  const root = new protobuf.Root()
  const heads = [...texts].map(([name, text]) => {
    // Given to every object of the file; the types do not tell of it.
    Object.assign(protobuf.parse, { filename: name })
    const parsed = protobuf.parse(text, root, { keepCase: true })
    return { name, package: parsed.package ?? '', imports: (parsed.imports ?? []).map(baseOf) }
  })
  root.resolveAll()
  return heads.map((head) => {
    const scope = root.lookup(head.package)
    if (!(scope instanceof protobuf.Namespace)) throw new Error(`${head.name}: no package`)
    const own = scope.nestedArray.filter((each) => each.filename === head.name)
    const services = own.filter((each) => each instanceof protobuf.Service).map(serviceOf)
    return { ...head, ...insides(own), services }
  })
}

function baseOf(path: string): string {
  return basename(path)
}

function insides(own: readonly protobuf.ReflectionObject[]) {
  return {
    types: own.filter((each) => each instanceof protobuf.Type).map(typeOf),
    enums: own
      .filter((each) => each instanceof protobuf.Enum)
      .map(({ name, values }) => ({ name, values })),
  }
}

function typeOf(type: protobuf.Type): object {
  return {
    name: type.name,
    fields: type.fieldsArray.map(fieldOf),
    oneofs: type.oneofsArray.map(({ name }) => name),
    ...insides(type.nestedArray),
  }
}

function fieldOf(field: protobuf.Field): object {
  const { name, id: number, resolvedType, partOf } = field
  const kind = resolvedType instanceof protobuf.Enum ? 'enum' : 'message'
  return {
    name,
    number,
    ...(resolvedType ? { type: kind, typeName: resolvedType.fullName } : { type: field.type }),
    ...(field.repeated && { repeated: true }),
    ...(partOf && { oneof: partOf.name }),
  }
}

function serviceOf(service: protobuf.Service): object {
  return {
    name: service.name,
    methods: service.methodsArray.map((method) => ({
      name: method.name,
      request: method.resolvedRequestType?.fullName,
      response: method.resolvedResponseType?.fullName,
      requestStream: method.requestStream === true,
      responseStream: method.responseStream === true,
    })),
  }
}
