import type { Variable } from '../admissionregistration/index.ts'
import {
  AUTHORIZER,
  CelCompileError,
  type CelType,
  compile,
  type ObjectField,
  type ObjectType,
  type Program,
  RESOURCE_CHECK,
  T,
  typeName,
} from '../cel/index.ts'

function objectType(name: string, fields: Readonly<Record<string, CelType>>): CelType {
  const entries = Object.entries(fields).map(([json, type]): [string, ObjectField] => [
    json,
    { type, json },
  ])
  return { kind: 'object', name, fields: new Map(entries) }
}

const stringMap: CelType = { kind: 'map', key: T.string, value: T.string }
const stringLists: CelType = {
  kind: 'map',
  key: T.string,
  value: { kind: 'list', item: T.string },
}
const GVK = objectType('kubernetes.GroupVersionKind', {
  group: T.string,
  version: T.string,
  kind: T.string,
})
const GVR = objectType('kubernetes.GroupVersionResource', {
  group: T.string,
  version: T.string,
  resource: T.string,
})
const USER = objectType('kubernetes.UserInfo', {
  username: T.string,
  uid: T.string,
  groups: { kind: 'list', item: T.string },
  extra: stringLists,
})
const REQUEST = objectType('kubernetes.AdmissionRequest', {
  kind: GVK,
  resource: GVR,
  subResource: T.string,
  requestKind: GVK,
  requestResource: GVR,
  requestSubResource: T.string,
  name: T.string,
  namespace: T.string,
  operation: T.string,
  userInfo: USER,
  dryRun: T.bool,
  options: T.dyn,
})
const METADATA = objectType('kubernetes.NamespaceMetadata', {
  name: T.string,
  generateName: T.string,
  namespace: T.string,
  labels: stringMap,
  annotations: stringMap,
  UID: T.string,
  creationTimestamp: T.timestamp,
  deletionGracePeriodSeconds: T.int,
  deletionTimestamp: T.timestamp,
  generation: T.int,
  resourceVersion: T.string,
  finalizers: { kind: 'list', item: T.string },
})
const NAMESPACE = objectType('kubernetes.Namespace', {
  metadata: METADATA,
  spec: objectType('kubernetes.NamespaceSpec', {
    finalizers: { kind: 'list', item: T.string },
  }),
  status: objectType('kubernetes.NamespaceStatus', { phase: T.string }),
})

/** Types of what admission tells expressions, by which `fromJson` reads them. */
export const ADMISSION_TYPES = { request: REQUEST, namespaceObject: NAMESPACE } as const

export type CelVariables = Readonly<Record<string, CelType>>

/** What expressions of policies and match conditions may speak of. */
export function admissionVariables(has: {
  readonly params?: boolean
  readonly namespaceObject?: boolean
}): CelVariables {
  return {
    object: T.dyn,
    oldObject: T.dyn,
    request: REQUEST,
    authorizer: AUTHORIZER,
    'authorizer.requestResource': RESOURCE_CHECK,
    ...(has.params && { params: T.dyn }),
    ...(has.namespaceObject && { namespaceObject: NAMESPACE }),
  }
}

export type Compiled =
  | { readonly program: Program; readonly error?: undefined }
  | { readonly program?: undefined; readonly error: string }

/** Compiles an expression that must be of one of some types, with upstream's text when it is not. */
export function compileFor(
  expression: string,
  of: {
    readonly variables: CelVariables
    readonly types: readonly CelType[]
    readonly struct?: (name: string) => ObjectType | undefined
  },
): Compiled {
  try {
    const { variables, struct } = of
    const program = compile(expression, struct ? { variables, struct } : { variables })
    const given = typeName(program.type)
    const names = of.types.map(typeName)
    if (names.includes(given) || names.includes('dyn')) return { program }
    if (program.type.kind === 'list' && of.types.some((t) => t.kind === 'list')) return { program }
    const error =
      names.length === 1
        ? `must evaluate to ${names[0]} but got ${given}`
        : `must evaluate to one of [${names.join(' ').replace('null', 'null_type')}]`
    return { error }
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error
    return { error: `compilation failed: ${error.message}` }
  }
}

export interface CompiledVariable {
  readonly name: string
  readonly compiled: Compiled
}

/**
 * Compiles a policy's variables, each of which may speak of those before it. Returns them, and what
 * all expressions behind them may speak of.
 */
export function compileVariables(
  variables: readonly Variable[],
  base: CelVariables,
  struct?: (name: string) => ObjectType | undefined,
): { compiled: CompiledVariable[]; scope: CelVariables } {
  const fields = new Map<string, ObjectField>()
  if (variables.length === 0) return { compiled: [], scope: base }
  // One type that grows: an expression sees the fields that are there when it is compiled.
  const type: CelType = { kind: 'object', name: 'kubernetes.variables', fields }
  const scope = { ...base, variables: type }
  const compiled = variables.map(({ name, expression }) => {
    const types = [T.dyn]
    const one = compileFor(expression, { variables: scope, types, ...(struct && { struct }) })
    fields.set(name, { type: one.program?.type ?? T.dyn, json: name })
    return { name, compiled: one }
  })
  return { compiled, scope }
}
