import type { Dialect, Json } from './dialect.ts'

interface Parameter {
  readonly name: string
  readonly doc: string
  readonly type: 'string' | 'boolean' | 'integer'
  readonly in?: 'path' | 'query'
}

const PRETTY: Parameter = {
  name: 'pretty',
  doc: 'If `true`, the answer is indented.',
  type: 'string',
}
const DRY_RUN: Parameter = {
  name: 'dryRun',
  doc: 'With `All` everything is checked, and nothing is stored.',
  type: 'string',
}
const FIELD_MANAGER: Parameter = {
  name: 'fieldManager',
  doc: 'Who makes the change: its name in `managedFields`. At most 128 printable characters.',
  type: 'string',
}
const FIELD_VALIDATION: Parameter = {
  name: 'fieldValidation',
  doc: 'What happens to unknown and duplicate fields: `Ignore`, `Warn` (default) or `Strict`.',
  type: 'string',
}
const FORCE: Parameter = {
  name: 'force',
  doc: 'Takes over fields that others own. For apply patches only.',
  type: 'boolean',
}

const LIST: readonly Parameter[] = [
  {
    name: 'allowWatchBookmarks',
    doc: 'Also sends events that tell nothing but how far the watch has come.',
    type: 'boolean',
  },
  { name: 'continue', doc: 'Where to go on, from the page before.', type: 'string' },
  { name: 'fieldSelector', doc: 'Only objects with these fields.', type: 'string' },
  { name: 'labelSelector', doc: 'Only objects with these labels.', type: 'string' },
  { name: 'limit', doc: 'At most this many objects in one page.', type: 'integer' },
  { name: 'resourceVersion', doc: 'How new the answer must be.', type: 'string' },
  {
    name: 'resourceVersionMatch',
    doc: 'How `resourceVersion` is meant: `Exact` or `NotOlderThan`.',
    type: 'string',
  },
  {
    name: 'sendInitialEvents',
    doc: 'A watch that begins with all that there is.',
    type: 'boolean',
  },
  { name: 'timeoutSeconds', doc: 'Ends the request after this time.', type: 'integer' },
  { name: 'watch', doc: 'Sends changes as they happen, instead of a list.', type: 'boolean' },
]

const DELETE: readonly Parameter[] = [
  DRY_RUN,
  {
    name: 'gracePeriodSeconds',
    doc: 'How long the object has to end by itself; 0: none.',
    type: 'integer',
  },
  {
    name: 'orphanDependents',
    doc: 'The former way to say `propagationPolicy=Orphan`.',
    type: 'boolean',
  },
  {
    name: 'propagationPolicy',
    doc: 'What becomes of dependents: `Orphan`, `Background` or `Foreground`.',
    type: 'string',
  },
]

/** Query parameters by action. */
export const queryParameters: Readonly<Record<string, readonly Parameter[]>> = {
  get: [],
  list: LIST,
  post: [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION],
  put: [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION],
  patch: [DRY_RUN, FIELD_MANAGER, FIELD_VALIDATION, FORCE],
  delete: DELETE,
  deletecollection: [
    ...DELETE,
    ...LIST.filter(({ name }) => name !== 'watch' && name !== 'allowWatchBookmarks'),
  ],
  connect: [],
}

/** Parameters that stand in the path itself. */
export function pathParameters(path: string): readonly Parameter[] {
  const docs: Readonly<Record<string, string>> = {
    name: 'Name of the object.',
    namespace: 'Namespace in which the objects are.',
  }
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name)
  const own = names.map(
    (name): Parameter => ({ name, doc: docs[name] ?? '', type: 'string', in: 'path' }),
  )
  return [...own, PRETTY]
}

export function toParameter(dialect: Dialect, parameter: Parameter): Json {
  const { name, doc, type, in: place = 'query' } = parameter
  const schema = { type, uniqueItems: true }
  return {
    name,
    in: place,
    description: doc,
    ...(place === 'path' && { required: true }),
    ...(dialect.name === 'v3' ? { schema } : schema),
  }
}
