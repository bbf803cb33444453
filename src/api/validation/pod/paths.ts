import type { FieldError } from '../../schema/index.ts'
import { invalid } from '../field-errors.ts'

/** A path that stays inside what it is relative to. */
export function validateLocalPath(path: string, at: string): FieldError[] {
  const errors = path.startsWith('/') ? [invalid(at, path, 'must be a relative path')] : []
  return [...errors, ...noBackSteps(path, at)]
}

/** The same for a file in a volume, whose names that begin with `..` are the node's. */
export function validateFilePath(path: string, at: string): FieldError[] {
  const errors = validateLocalPath(path, at)
  if (path.startsWith('..') && !path.startsWith('../')) {
    errors.push(invalid(at, path, "must not start with '..'"))
  }
  return errors
}

/** A path that does not climb. */
export function noBackSteps(path: string, at: string): FieldError[] {
  return path.split('/').includes('..') ? [invalid(at, path, "must not contain '..'")] : []
}
