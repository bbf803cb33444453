import type { CelType } from './types.ts'
import {
  CelList,
  CelMap,
  type CelValue,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './values.ts'

/** Whether a value may stand for a parameter. Elements are not looked at, as in cel-go. */
export function matches(value: CelValue, type: CelType): boolean {
  switch (type.kind) {
    case 'dyn':
    case 'param':
      return true
    case 'bool':
      return typeof value === 'boolean'
    case 'int':
      return typeof value === 'bigint'
    case 'uint':
      return value instanceof Uint
    case 'double':
      return typeof value === 'number'
    case 'string':
      return typeof value === 'string'
    case 'bytes':
      return value instanceof Uint8Array
    case 'null':
      return value === null
    case 'timestamp':
      return value instanceof Timestamp
    case 'duration':
      return value instanceof Duration
    case 'list':
      return value instanceof CelList && itemsMatch(value, type.item)
    case 'map':
    case 'object':
      return value instanceof CelMap
    case 'optional':
      return value instanceof Optional
    case 'type':
      return value instanceof TypeValue
    case 'opaque':
      return value instanceof Opaque && value.typeName === type.name
  }
}

// Functions for lists of one type tell overloads apart by the first element.
function itemsMatch(list: CelList, item: CelType): boolean {
  if (item.kind === 'param' || item.kind === 'dyn' || list.size === 0) return true
  return matches(list.at(0), item)
}
