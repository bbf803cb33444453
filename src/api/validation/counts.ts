import type { FieldError } from '../schema/index.ts'
import { goIntOrString, invalid } from './field-errors.ts'
import { percentErrors } from './names.ts'
import { NEGATIVE_ERROR, nonNegative } from './pod/common.ts'

/** A count, or a share such as `25%`. */
export function validateCountOrPercent(value: number | string, path: string): FieldError[] {
  if (typeof value === 'number') {
    return value < 0 ? [invalid(path, value, NEGATIVE_ERROR)] : []
  }
  return percentErrors(value).map((text) => invalid(path, goIntOrString(value), text))
}

export function validateAtMostAll(value: number | string, path: string): FieldError[] {
  if (Number(/^(\d+)%$/.exec(String(value))?.[1] ?? 0) <= 100) return []
  return [invalid(path, goIntOrString(value), 'must not be greater than 100%')]
}

/** What is neither a count nor a share counts as none. */
export function isZeroCount(value: number | string): boolean {
  const number = /^(?:(\d+)%|([+-]?\d+))$/.exec(String(value))
  return Number(number?.[1] ?? number?.[2] ?? 0) === 0
}

/** A count of name clashes, which only grows. */
export function validateCollisions(
  status: { readonly collisionCount?: number } | undefined,
  old: { readonly collisionCount?: number } | undefined,
): FieldError[] {
  const now = status?.collisionCount
  if (old?.collisionCount === undefined || (now ?? -1) >= old.collisionCount) return []
  return [invalid('status.collisionCount', now ?? 0, 'cannot be decremented')]
}

/** Counts in a workload's status: none negative. */
export function validateCounts(
  status: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
): FieldError[] {
  return names.flatMap((name) => {
    const value = status?.[name]
    return nonNegative(`status.${name}`, typeof value === 'number' ? value : undefined)
  })
}

/** Parts of the replicas in a status: none greater than the whole. */
export function validateParts(
  status: object | undefined,
  of: { names: readonly string[]; availableOf?: string },
): FieldError[] {
  const values: Readonly<Record<string, unknown>> = { ...status }
  const numberAt = (name: string) => {
    const value = values[name]
    return typeof value === 'number' ? value : 0
  }
  const errors: FieldError[] = []
  for (const name of of.names) {
    if (numberAt(name) <= numberAt('replicas')) continue
    errors.push(invalid(`status.${name}`, numberAt(name), 'cannot be greater than status.replicas'))
  }
  const available = numberAt('availableReplicas')
  if (available > numberAt('readyReplicas')) {
    const detail = `cannot be greater than ${of.availableOf ?? 'readyReplicas'}`
    errors.push(invalid('status.availableReplicas', available, detail))
  }
  return errors
}

/** The counts of ReplicaSets and ReplicationControllers, which are alike. */
export function validateReplicaCounts(status: object | undefined): FieldError[] {
  const names = ['fullyLabeledReplicas', 'readyReplicas', 'availableReplicas']
  return [
    ...validateCounts({ ...status }, ['replicas', ...names, 'observedGeneration']),
    ...validateParts(status, { names }),
  ]
}
