import type { Column, KubeObject } from '../schema/index.ts'
import { humanDuration, parseTime } from '../helpers/index.ts'

/** What a table shows where there is nothing. */
export const NONE = '<none>'
export const UNKNOWN = '<unknown>'

type Cell<T> = Column<T>['cell']

interface ColumnOptions {
  /** 1: with `-o wide` only. */
  priority?: number
  type?: Column<unknown>['type']
  format?: string
}

export function column<T>(
  name: string,
  doc: string,
  cell: Cell<T>,
  { priority = 0, type = 'string', format }: ColumnOptions = {},
): Column<T> {
  return { name, doc, cell, priority, type, ...(format !== undefined && { format }) }
}

/** A column that `-o wide` adds. */
export function wide<T>(name: string, doc: string, cell: Cell<T>): Column<T> {
  return column(name, doc, cell, { priority: 1 })
}

export function integer<T>(name: string, doc: string, cell: Cell<T>): Column<T> {
  return column(name, doc, cell, { type: 'integer' })
}

export function nameColumn<T extends KubeObject>(priority = 0): Column<T> {
  const doc = 'Name of the object, unique among its kind in its namespace.'
  return column('Name', doc, (o) => o.metadata.name ?? '', { priority, format: 'name' })
}

export function ageColumn<T extends KubeObject>(): Column<T> {
  const doc = 'How long ago the object was created.'
  return column('Age', doc, (o, { nowMs }) => sinceTime(o.metadata.creationTimestamp, nowMs))
}

/** Columns of a kind that declares none. */
export const genericColumns: readonly Column<KubeObject>[] = [
  nameColumn(),
  column(
    'Created At',
    'When the object was created.',
    (o) => o.metadata.creationTimestamp ?? null,
    {
      type: 'date',
    },
  ),
]

/** How long ago a time was, `<unknown>` without one. */
export function sinceTime(text: string | undefined, nowMs: number): string {
  const ms = parseTime(text)
  return ms === undefined ? UNKNOWN : humanDuration(nowMs - ms)
}

export function orNone(text: string | undefined): string {
  return text ? text : NONE
}

/** `a=b,c=d`, sorted; `<none>` for none. */
export function labelsText(labels: Readonly<Record<string, string>> | undefined): string {
  const entries = Object.entries(labels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  return orNone(entries.map(([key, value]) => `${key}=${value}`).join(','))
}

/** Up to three items, and how many more there are. */
export function someOf(items: readonly string[], max = 3): string {
  const shown = items.slice(0, max).join(',')
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown
}
