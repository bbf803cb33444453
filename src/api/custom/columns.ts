import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
} from '../apiextensions/index.ts'
import { nameColumn } from '../columns/index.ts'
import { humanDuration, parseTime } from '../helpers/index.ts'
import type { Column, KubeObject } from '../schema/index.ts'
import { parseJsonPath } from './json-path.ts'

const AGE: CustomResourceColumnDefinition = {
  name: 'Age',
  type: 'date',
  description: 'When the object was created.',
  jsonPath: '.metadata.creationTimestamp',
}

/** Columns of `kubectl get` as the definition has them: the name first; age alone by default. */
export function customColumns(version: CustomResourceDefinitionVersion): Column<KubeObject>[] {
  const declared = version.additionalPrinterColumns ?? []
  const columns = declared.length > 0 ? declared : [AGE]
  return [nameColumn(), ...columns.map(toColumn)]
}

type Cell = string | number | boolean | null

function toColumn(of: CustomResourceColumnDefinition): Column<KubeObject> {
  const path = parseJsonPath(of.jsonPath)
  return {
    name: of.name,
    type: of.type as Column<KubeObject>['type'],
    format: of.format ?? '',
    doc: of.description ?? '',
    priority: of.priority ?? 0,
    cell(object, { nowMs }) {
      const [value] = path?.find(object) ?? []
      return value === undefined || value === null ? null : cellOf(of.type, value, nowMs)
    },
  }
}

function cellOf(type: string, value: unknown, nowMs: number): Cell {
  switch (type) {
    case 'integer':
      return typeof value === 'number' ? Math.trunc(value) : null
    case 'number':
      return typeof value === 'number' ? value : null
    case 'boolean':
      return typeof value === 'boolean' ? value : null
    case 'date': {
      if (typeof value !== 'string') return null
      const ms = parseTime(value)
      return ms === undefined ? '<invalid>' : humanDuration(nowMs - ms)
    }
    default:
      return typeof value === 'string' ? value : JSON.stringify(value)
  }
}
