import { type Column, genericColumns, type KubeObject, type Resource } from '../../api/index.ts'
import type { Accepted } from './negotiation.ts'
import { statusErrors } from './status.ts'
import { partialMetadata } from './partial.ts'

export type IncludeObject = 'None' | 'Metadata' | 'Object'

/** The query's `includeObject`. Throws 400. */
export function includeObject(query: URLSearchParams): IncludeObject {
  const value = query.get('includeObject') ?? ''
  if (value === '' || value === 'Metadata') return 'Metadata'
  if (value === 'None' || value === 'Object') return value
  throw statusErrors.badRequest(
    'Unable to convert to Table as requested: includeObject: Invalid value: ' +
      `${JSON.stringify(value)}: must be 'Metadata', 'Object', 'None', or empty`,
  )
}

export interface TableContext {
  readonly accepted: Pick<Accepted, 'metaVersion'>
  /** Read for every table: a watch makes them for a long time. */
  readonly nowMs: () => number
  readonly includeObject: IncludeObject
  readonly metadata: object
  /** Watches tell the columns with the first event only. */
  readonly withoutColumns?: boolean
}

/** Objects as `kubectl get` shows them (`meta.k8s.io/v1` Table). */
export function tableOf(
  resource: Resource,
  objects: readonly KubeObject[],
  context: TableContext,
): object {
  const cellContext = { nowMs: context.nowMs() }
  const shown = resource.columns.length > 0 ? resource.columns : genericColumns
  const columns = context.withoutColumns ? null : shown.map(definition)
  return {
    kind: 'Table',
    apiVersion: context.accepted.metaVersion,
    metadata: context.metadata,
    columnDefinitions: columns,
    rows: objects.map((object) => ({
      cells: shown.map((column) => column.cell(object, cellContext)),
      object: included(object, context),
    })),
  }
}

function definition(column: Column<KubeObject>): object {
  const { name, type, format = '', doc, priority } = column
  return { name, type, format, description: doc, priority }
}

function included(object: KubeObject, context: TableContext): object | null {
  const { includeObject: include, accepted } = context
  if (include === 'None') return null
  return include === 'Object' ? object : partialMetadata(object, accepted.metaVersion)
}
