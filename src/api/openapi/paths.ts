import { apiVersionOf, type FieldWords, type Resource, type Struct } from '../schema/index.ts'
import { listStructOf } from '../codec/index.ts'
import { DeleteOptions, Status } from '../meta/index.ts'
import { ACTION, type Dialect, GVK, type GroupVersionKind, type Json } from './dialect.ts'
import { pathParameters, queryParameters, toParameter } from './parameters.ts'

type Method = 'get' | 'post' | 'put' | 'patch' | 'delete'
type AnyStruct = Struct<FieldWords>

interface Operation {
  readonly method: Method
  readonly action: string
  readonly kind: GroupVersionKind
  /** Of the request; absent: none. */
  readonly body?: AnyStruct
  readonly answer: AnyStruct | 'string'
  readonly id: string
  /** Whether it is of a custom resource, of which no kind tells how its lists merge. */
  readonly isCustom?: boolean
}

const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
]
// By these kubectl decides how it patches.
const patchTypes = ({ isCustom = false }: Operation): readonly string[] =>
  isCustom ? PATCH_TYPES.filter((type) => !type.includes('strategic')) : PATCH_TYPES
const MEDIA_TYPES = ['application/json', 'application/vnd.kubernetes.protobuf', 'application/yaml']

/** Finds the declared type of a sub-resource's kind. */
export type FindStruct = (kind: GroupVersionKind) => AnyStruct | undefined

/** The paths of one resource, with their operations. */
export function pathsOf(dialect: Dialect, resource: Resource, find: FindStruct): [string, Json][] {
  const root = resource.group === '' ? '/api/v1' : `/apis/${apiVersionOf(resource)}`
  const home = resource.namespaced ? `${root}/namespaces/{namespace}` : root
  const collection = `${home}/${resource.plural}`
  const paths: [string, Operation[]][] = [
    [collection, collectionOperations(resource)],
    [`${collection}/{name}`, itemOperations(resource)],
  ]
  for (const name of Object.keys(resource.subresources)) {
    paths.push([`${collection}/{name}/${name}`, subresourceOperations(resource, name, find)])
  }
  if (resource.namespaced) {
    const everywhere = { ...listOperation(resource), id: operationId('list', resource, 'All') }
    paths.push([`${root}/${resource.plural}`, [everywhere]])
  }
  return paths
    .filter(([, operations]) => operations.length > 0)
    .map(([path, operations]) => [path, pathItem(dialect, path, operations)])
}

function operationId(verb: string, resource: Resource, suffix = ''): string {
  const group = resource.group === '' ? 'core' : (resource.group.split('.')[0] ?? '')
  const words = [group, resource.version].map(capitalize).join('')
  const scope = resource.namespaced && suffix !== 'All' ? 'Namespaced' : ''
  const tail = suffix === 'All' ? 'ForAllNamespaces' : capitalize(suffix)
  return `${verb}${words}${scope}${resource.kind}${tail}`
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1)
}

function listOperation(resource: Resource): Operation {
  const answer = listStructOf(resource.struct)
  const id = operationId('list', resource)
  return { method: 'get', action: 'list', kind: kindOf(resource), answer, id }
}

function kindOf({ group, version, kind }: Resource): GroupVersionKind {
  return { group, version, kind }
}

function collectionOperations(resource: Resource): Operation[] {
  const { struct, verbs } = resource
  const kind = kindOf(resource)
  const operations: Operation[] = []
  if (verbs.includes('list')) operations.push(listOperation(resource))
  if (verbs.includes('create')) {
    const id = operationId('create', resource)
    operations.push({ method: 'post', action: 'post', kind, body: struct, answer: struct, id })
  }
  if (verbs.includes('deletecollection')) {
    const id = operationId('delete', resource, 'Collection')
    const action = 'deletecollection'
    operations.push({ method: 'delete', action, kind, body: DeleteOptions, answer: Status, id })
  }
  return operations
}

const ITEM_METHODS: readonly (readonly [verb: string, method: Method, word: string])[] = [
  ['get', 'get', 'read'],
  ['update', 'put', 'replace'],
  ['patch', 'patch', 'patch'],
  ['delete', 'delete', 'delete'],
  ['create', 'post', 'create'],
]

function itemOperations(resource: Resource): Operation[] {
  const { struct } = resource
  return ITEM_METHODS.filter(
    ([verb, method]) => method !== 'post' && resource.verbs.includes(verb),
  ).map(([, method, word]) => ({
    method,
    action: method,
    kind: kindOf(resource),
    ...(method === 'put' && { body: struct }),
    ...(method === 'delete' && { body: DeleteOptions }),
    answer: method === 'delete' ? Status : struct,
    isCustom: resource.custom !== undefined,
    id: operationId(word, resource),
  }))
}

function subresourceOperations(resource: Resource, name: string, find: FindStruct): Operation[] {
  const info = resource.subresources[name]
  if (info === undefined) return []
  const { group, version, verbs } = info
  const kind = { group, version, kind: info.kind }
  const struct = find(kind)
  // Streams have options instead of an object: they are connected to.
  const isStream = struct === undefined
  const word = name === 'log' ? ('string' as const) : (struct ?? ('string' as const))
  return ITEM_METHODS.filter(([verb]) => verbs.includes(verb)).map(([, method, verb]) => ({
    method,
    action: isStream ? 'connect' : method,
    kind,
    ...(struct && (method === 'put' || method === 'post') && { body: struct }),
    answer: word,
    isCustom: resource.custom !== undefined,
    id: operationId(isStream ? `connect${capitalize(method)}` : verb, resource, name),
  }))
}

function pathItem(dialect: Dialect, path: string, operations: readonly Operation[]): Json {
  const item: Json = {}
  for (const operation of operations) item[operation.method] = toOperation(dialect, operation)
  item['parameters'] = pathParameters(path).map((parameter) => toParameter(dialect, parameter))
  return item
}

function toOperation(dialect: Dialect, operation: Operation): Json {
  const { action, kind, id, method, body } = operation
  const parameters = (queryParameters[action] ?? []).map((p) => toParameter(dialect, p))
  const { refPrefix } = dialect
  const answer =
    operation.answer === 'string' ? { type: 'string' } : { $ref: refPrefix + operation.answer.name }
  const shared = { description: describe(action, kind.kind), operationId: id }
  const marks = { [ACTION]: action, [GVK]: kind }
  const bodyRef = body && { $ref: refPrefix + body.name }
  if (dialect.name === 'v3') {
    return {
      ...shared,
      parameters,
      ...(method === 'patch' && { requestBody: patchBody(operation, refPrefix) }),
      ...(bodyRef && { requestBody: { content: { '*/*': { schema: bodyRef } } } }),
      responses: { 200: { description: 'OK', content: contentOf(answer) } },
      ...marks,
    }
  }
  const patch = method === 'patch' ? { $ref: refPrefix + PATCH_NAME } : undefined
  const schema = bodyRef ?? patch
  const required = method !== 'delete'
  if (schema) parameters.unshift({ name: 'body', in: 'body', required, schema })
  return {
    ...shared,
    consumes: method === 'patch' ? patchTypes(operation) : ['*/*'],
    produces: MEDIA_TYPES,
    schemes: ['https'],
    parameters,
    responses: { 200: { description: 'OK', schema: answer } },
    ...marks,
  }
}

/** The type of a patch: any object. */
export const PATCH_NAME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Patch'

function patchBody(operation: Operation, refPrefix: string): Json {
  const schema = { $ref: refPrefix + PATCH_NAME }
  const content = Object.fromEntries(patchTypes(operation).map((type) => [type, { schema }]))
  return { content, required: true }
}

function contentOf(schema: Json): Json {
  return Object.fromEntries(MEDIA_TYPES.map((type) => [type, { schema }]))
}

const SENTENCES: Readonly<Record<string, string>> = {
  list: 'Lists or watches objects of kind',
  post: 'Creates an object of kind',
  put: 'Replaces an object of kind',
  patch: 'Changes parts of an object of kind',
  get: 'Reads an object of kind',
  delete: 'Deletes an object of kind',
  deletecollection: 'Deletes all selected objects of kind',
  connect: 'Connects with options of kind',
}

function describe(action: string, kind: string): string {
  return `${SENTENCES[action] ?? action} ${kind}.`
}
