import type { ManagedFieldsEntry } from '../meta/index.ts'
import type { FieldSet } from './field-set.ts'
import { decodeFields, encodeFields } from './fields-v1.ts'

/** What one writer owns, and in which version it named the fields. */
export interface Ownership {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
  /** RFC 3339; absent when upstream would not know it either. */
  readonly time: string | undefined
  readonly set: FieldSet
}

/** By identity, see `identityOf`. */
export type Managers = ReadonlyMap<string, Ownership>

/**
 * Who is the same writer: one name, operation and sub-resource; for updates also one version, as an
 * applier's version is that of its last apply.
 */
export function identityOf(of: Omit<Ownership, 'set' | 'time'>): string {
  const { manager, operation, apiVersion, subresource } = of
  return JSON.stringify([manager, operation, operation === 'Apply' ? '' : apiVersion, subresource])
}

/** Throws for entries that cannot be read. */
export function decodeManagers(entries: readonly ManagedFieldsEntry[] | undefined): Managers {
  const managers = new Map<string, Ownership>()
  for (const [index, entry] of (entries ?? []).entries()) {
    const { manager = '', operation, apiVersion = '', subresource = '', time, fieldsType } = entry
    if (operation !== 'Apply' && operation !== 'Update') {
      throw new Error('operation must be `Apply` or `Update`')
    }
    if (apiVersion === '') throw new Error('apiVersion must not be empty')
    if (!fieldsType) throw new Error(`missing fieldsType in managed fields entry ${index}`)
    if (fieldsType !== 'FieldsV1') {
      const type = JSON.stringify(fieldsType)
      throw new Error(`invalid fieldsType ${type} in managed fields entry ${index}`)
    }
    const set = decodeFields(entry.fieldsV1 ?? {})
    const one: Ownership = { manager, operation, apiVersion, subresource, time, set }
    managers.set(identityOf(one), one)
  }
  return managers
}

/** The entries in upstream's order; undefined when there are none. */
export function encodeManagers(managers: Managers): ManagedFieldsEntry[] | undefined {
  if (managers.size === 0) return undefined
  return [...managers.values()].sort(compareOwnerships).map((one) => ({
    manager: one.manager,
    operation: one.operation,
    apiVersion: one.apiVersion,
    ...(one.time !== undefined && { time: one.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: encodeFields(one.set),
    ...(one.subresource !== '' && { subresource: one.subresource }),
  }))
}

export const timeOf = ({ time }: Pick<Ownership, 'time'>): number => {
  const ms = time === undefined ? 0 : Date.parse(time)
  return Number.isNaN(ms) ? 0 : Math.floor(ms / 1000)
}

function compareOwnerships(a: Ownership, b: Ownership): number {
  return (
    compareText(a.operation, b.operation) ||
    timeOf(a) - timeOf(b) ||
    compareText(a.manager, b.manager) ||
    compareText(a.apiVersion, b.apiVersion) ||
    compareText(a.subresource, b.subresource)
  )
}

function compareText(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

/** A client that sends `[]` or `[{}]` wants to forget all managers. */
export function isReset(entries: readonly ManagedFieldsEntry[] | undefined): boolean {
  if (entries === undefined || entries.length > 1) return false
  return entries.every((entry) => Object.keys(entry).length === 0)
}
