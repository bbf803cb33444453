import type { FieldError } from '../../schema/index.ts'
import { invalid } from '../field-errors.ts'

/** A path that stays inside what it is relative to. */
export function validateLocalPath(path: string, at: string): FieldError[] {
  if (path.startsWith('/')) return [invalid(at, path, 'must be a relative path')]
  return noBackSteps(path, at)
}

/** A path that does not climb. */
export function noBackSteps(path: string, at: string): FieldError[] {
  return path.split('/').includes('..') ? [invalid(at, path, "must not contain '..'")] : []
}
