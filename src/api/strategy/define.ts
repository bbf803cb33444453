import { type Column, type KubeObject, type Resource, type Strategy } from '../schema/index.ts'
import { type SubresourceInfo } from '../schema/index.ts'

/** Verbs of a resource that can do everything, in discovery's order. */
export const allVerbs = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
] as const

/** Verbs of a `status`-like sub-resource. */
export const statusVerbs = ['get', 'patch', 'update'] as const

type Defaulted =
  | 'listKind'
  | 'singular'
  | 'shortNames'
  | 'categories'
  | 'namespaced'
  | 'verbs'
  | 'columns'
  | 'selectableFields'
  | 'hasStatus'
  | 'subresources'

/** What a resource must say; the rest has Kubernetes' usual values. */
export type ResourceDeclaration<T extends KubeObject> = Omit<Resource<T>, Defaulted> &
  Partial<Pick<Resource<T>, Defaulted>>

/**
 * Completes a declaration: namespaced, all verbs, no short names, sub-resource `status` if it
 * has one.
 */
export function defineResource<T extends KubeObject>(of: ResourceDeclaration<T>): Resource<T> {
  const hasStatus = of.hasStatus ?? false
  const own = { group: of.group, version: of.version, kind: of.kind }
  const status: Record<string, SubresourceInfo> = hasStatus
    ? { status: { ...own, verbs: statusVerbs } }
    : {}
  const columns: readonly Column<T>[] = of.columns ?? []
  return {
    ...of,
    listKind: of.listKind ?? `${of.kind}List`,
    singular: of.singular ?? of.kind.toLowerCase(),
    shortNames: of.shortNames ?? [],
    categories: of.categories ?? [],
    namespaced: of.namespaced ?? true,
    verbs: of.verbs ?? allVerbs,
    columns,
    selectableFields: of.selectableFields ?? {},
    hasStatus,
    subresources: sorted({ ...of.subresources, ...status }),
  }
}

function sorted<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Completes a strategy: nothing to default, to prepare or to find wrong. */
export function defineStrategy<T extends KubeObject>(of: Partial<Strategy<T>>): Strategy<T> {
  return {
    applyDefaults: () => {},
    prepareForCreate: () => {},
    prepareForUpdate: () => {},
    prepareForStatusUpdate: () => {},
    validateCreate: () => [],
    validateUpdate: () => [],
    validateStatusUpdate: () => [],
    ...of,
  }
}
