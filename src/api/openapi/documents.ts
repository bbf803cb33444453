import { createHash } from 'node:crypto'
import { Scale } from '../autoscaling/index.ts'
import { listStructOf } from '../codec/index.ts'
import { Binding } from '../core/index.ts'
import { DeleteOptions, Status } from '../meta/index.ts'
import { Eviction } from '../policy/index.ts'
import { apiVersionOf, type FieldWords, type Resource, type Struct } from '../schema/index.ts'
import { type Dialect, type GroupVersionKind, type Json, v2, v3 } from './dialect.ts'
import { PATCH_NAME, pathsOf } from './paths.ts'
import { schemasOf } from './schemas.ts'

type AnyStruct = Struct<FieldWords>

/** Kinds that only sub-resources have. */
const SUBRESOURCE_KINDS: readonly (GroupVersionKind & { struct: AnyStruct })[] = [
  { group: '', version: 'v1', kind: 'Binding', struct: Binding },
  { group: 'policy', version: 'v1', kind: 'Eviction', struct: Eviction },
  { group: 'autoscaling', version: 'v1', kind: 'Scale', struct: Scale },
]

/** Where a version of a group has its document: `api/v1`, `apis/apps/v1`. */
export function openApiV3Key(of: { group: string; version: string }): string {
  return of.group === '' ? `api/${of.version}` : `apis/${apiVersionOf(of)}`
}

/** The keys of all documents, sorted. */
export function openApiV3Keys(resources: readonly Resource[]): string[] {
  return [...new Set(resources.map(openApiV3Key))].sort()
}

/**
 * `GET /openapi/v3/<key>`: the document of one version of a group. `version` is the server's, such
 * as `v1.32.0`. Undefined when nothing is served under that key.
 */
export function openApiV3Document(
  resources: readonly Resource[],
  key: string,
  options: { version: string },
): Json | undefined {
  const mine = resources.filter((resource) => openApiV3Key(resource) === key)
  if (mine.length === 0) return undefined
  const { paths, schemas } = contents(v3, mine, resources)
  return {
    openapi: '3.0.0',
    info: { title: 'Kubernetes', version: options.version },
    paths,
    components: { schemas },
  }
}

/**
 * `GET /openapi/v3`: where the documents are. `documents`: the JSON text of each by its key;
 * `elsewhere`: URLs, hash included, of those that others have.
 */
export function openApiV3Index(
  documents: ReadonlyMap<string, string>,
  elsewhere: ReadonlyMap<string, string> = new Map(),
): Json {
  const entries = [...documents].map(([key, text]) => {
    const hash = createHash('sha512').update(text).digest('hex').toUpperCase()
    return [key, `/openapi/v3/${key}?hash=${hash}`] as const
  })
  const sorted = [...entries, ...elsewhere].sort(([a], [b]) => (a < b ? -1 : 1))
  const paths = sorted.map(([key, serverRelativeURL]) => [key, { serverRelativeURL }])
  return { paths: Object.fromEntries(paths) as Json }
}

/** `GET /openapi/v2`: everything in one document. */
export function openApiV2Document(
  resources: readonly Resource[],
  options: { version: string },
): Json {
  const { paths, schemas } = contents(v2, resources, resources)
  return {
    swagger: '2.0',
    info: { title: 'Kubernetes', version: options.version },
    paths,
    definitions: schemas,
  }
}

function contents(
  dialect: Dialect,
  resources: readonly Resource[],
  all: readonly Resource[],
): { paths: Json; schemas: Record<string, Json> } {
  const find = (kind: GroupVersionKind) => findStruct(all, kind)
  const paths = resources.flatMap((resource) => pathsOf(dialect, resource, find))
  const kinds = new Map<string, GroupVersionKind[]>()
  const structs: AnyStruct[] = []
  const add = (struct: AnyStruct, { group, version, kind }: GroupVersionKind) => {
    structs.push(struct)
    const known = kinds.get(struct.name) ?? []
    if (known.some((k) => k.group === group && k.version === version)) return
    kinds.set(struct.name, [...known, { group, kind, version }])
  }
  for (const resource of resources) {
    add(resource.struct, resource)
    add(listStructOf(resource.struct), { ...resource, kind: resource.listKind })
    add(DeleteOptions, { ...resource, kind: 'DeleteOptions' })
    for (const info of Object.values(resource.subresources)) {
      const struct = find(info)
      if (struct !== undefined) add(struct, info)
    }
  }
  add(Status, { group: '', version: 'v1', kind: 'Status' })
  const schemas = schemasOf(dialect, structs, kinds)
  schemas[PATCH_NAME] = { description: 'A patch in one of its formats.', type: 'object' }
  return { paths: Object.fromEntries(paths.sort(([a], [b]) => (a < b ? -1 : 1))), schemas }
}

function findStruct(resources: readonly Resource[], of: GroupVersionKind): AnyStruct | undefined {
  const isIt = (k: GroupVersionKind) =>
    k.group === of.group && k.version === of.version && k.kind === of.kind
  return resources.find(isIt)?.struct ?? SUBRESOURCE_KINDS.find(isIt)?.struct
}
