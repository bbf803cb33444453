import { GrpcCode, type GrpcMethod } from '../../base/index.ts'
import { grpc } from '../../gen/grpc.js'
import { type SchemaFile, schemaFiles, type SchemaType } from '../../gen/schema.js'
import { fileDescriptor } from './descriptors.ts'
import { decode, stream } from './method.ts'

const pb = grpc.reflection.v1
type Request = grpc.reflection.v1.ServerReflectionRequest.$Properties
type Response = grpc.reflection.v1.ServerReflectionResponse.$Properties

const REFLECTION = 'ServerReflection'

/** Server reflection, v1 and v1alpha: tools such as grpcurl learn the services from the server. */
export function reflectionMethods(served: Iterable<string>): [path: string, method: GrpcMethod][] {
  const reflection = new Reflection(served)
  const method = stream(async function* (requests) {
    for await (const bytes of requests) {
      const request = decode(pb.ServerReflectionRequest, bytes)
      const answer = { ...reflection.answer(request), originalRequest: request }
      yield pb.ServerReflectionResponse.encode({ ...answer, validHost: request.host }).finish()
    }
  })
  return ['v1', 'v1alpha'].map((version) => [
    `/grpc.reflection.${version}.${REFLECTION}/${REFLECTION}Info`,
    method,
  ])
}

class Reflection {
  readonly #files = new Map<string, SchemaFile>()
  readonly #bySymbol = new Map<string, SchemaFile>()
  readonly #services: string[]

  /** `served`: paths of the methods that the server has. */
  constructor(served: Iterable<string>) {
    for (const file of schemaFiles) this.#add(file)
    const v1 = schemaFiles.find(({ services }) => services.some(({ name }) => name === REFLECTION))
    if (v1) this.#add(inAlpha(v1))
    const names = new Set([...served].map((path) => path.split('/')[1] ?? ''))
    for (const version of ['v1', 'v1alpha']) names.add(`grpc.reflection.${version}.${REFLECTION}`)
    this.#services = [...names].sort()
  }

  answer(request: Request): Response {
    // Presence tells which question it is: an empty one is a question, too.
    const { listServices, fileByFilename, fileContainingSymbol } = request
    if (listServices != null) {
      return { listServicesResponse: { service: this.#services.map((name) => ({ name })) } }
    }
    if (fileByFilename != null) return this.#file(this.#files.get(fileByFilename), fileByFilename)
    if (fileContainingSymbol != null) {
      return this.#file(this.#bySymbol.get(fileContainingSymbol), fileContainingSymbol)
    }
    const { allExtensionNumbersOfType: type } = request
    if (type != null && this.#bySymbol.has(type)) {
      return { allExtensionNumbersResponse: { baseTypeName: type } }
    }
    return notFound(type ?? 'an extension')
  }

  #file(file: SchemaFile | undefined, asked: string): Response {
    if (!file) return notFound(asked)
    const found = new Set<SchemaFile>()
    this.#collect(file, found)
    return { fileDescriptorResponse: { fileDescriptorProto: [...found].map(fileDescriptor) } }
  }

  /** A file and all that it imports. */
  #collect(file: SchemaFile, found: Set<SchemaFile>): void {
    if (found.has(file)) return
    found.add(file)
    for (const name of file.imports) {
      const imported = this.#files.get(name)
      if (imported) this.#collect(imported, found)
    }
  }

  #add(file: SchemaFile): void {
    this.#files.set(file.name, file)
    const addTypes = (scope: string, inside: Pick<SchemaType, 'types' | 'enums'>) => {
      for (const { name } of inside.enums) this.#bySymbol.set(`${scope}.${name}`, file)
      for (const each of inside.types) {
        this.#bySymbol.set(`${scope}.${each.name}`, file)
        addTypes(`${scope}.${each.name}`, each)
      }
    }
    addTypes(file.package, file)
    for (const { name, methods } of file.services) {
      this.#bySymbol.set(`${file.package}.${name}`, file)
      for (const each of methods) this.#bySymbol.set(`${file.package}.${name}.${each.name}`, file)
    }
  }
}

function notFound(asked: string): Response {
  const errorMessage = `${asked} not found`
  return { errorResponse: { errorCode: GrpcCode.notFound, errorMessage } }
}

/** The same file under the older package name. */
function inAlpha(file: SchemaFile): SchemaFile {
  const text = JSON.stringify(file).replaceAll('grpc.reflection.v1', 'grpc.reflection.v1alpha')
  return { ...(JSON.parse(text) as SchemaFile), name: 'reflection-v1alpha.proto' }
}
