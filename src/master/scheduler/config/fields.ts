import { SchedulerConfigError } from './types.ts'

export type Fields = Readonly<Record<string, unknown>>

export function asFields(value: unknown, path: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw new SchedulerConfigError(`${path}: Invalid value: ${JSON.stringify(value)}: must be a map`)
}

export function asList(value: unknown, path: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (Array.isArray(value)) return value
  throw new SchedulerConfigError(`${path}: Invalid value: ${JSON.stringify(value)}: must be a list`)
}
