import { PatchError } from './errors.ts'
import { isObject, sameJson, withEntry, withoutEntry } from './values.ts'

/** One step of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string
  /** Absent in a step that can be no more than refused. */
  readonly path?: string
  readonly from?: string
  readonly value?: unknown
}

/**
 * Applies a JSON patch (RFC 6902), all of it or nothing. `target` is not changed; what stays is
 * shared. Where upstream's library is laxer than the RFC, so is this: what stands before the first
 * slash is of no account, a member that is not there reads as null, and replacing makes it.
 * Throws `PatchError`.
 */
export function applyJsonPatch(
  target: unknown,
  operations: readonly JsonPatchOperation[],
): unknown {
  return operations.reduce((document, operation) => applyOne(document, operation), target)
}

function applyOne(document: unknown, operation: JsonPatchOperation): unknown {
  const { op, value = null } = operation
  const path = pointerOf(operation, 'path')
  switch (op) {
    case 'add':
      return edit(document, path, (parent, key) => insert(parent, key, value), operation)
    case 'remove':
      return edit(document, path, (parent, key) => removeAt(parent, key, path), operation)
    case 'replace':
      // What is neither an object nor a list replaces no document, and is no fault.
      if (path === '') return typeof value === 'object' && value !== null ? value : document
      return edit(document, path, (parent, key) => setAt(parent, key, value), operation)
    case 'test':
      if (!sameJson(path === '' ? document : read(document, path), value)) {
        throw new PatchError(`testing value ${path} failed`)
      }
      return document
    case 'copy':
    case 'move': {
      const from = pointerOf(operation, 'from')
      const taken = read(document, from)
      const rest =
        op === 'copy'
          ? document
          : edit(document, from, (parent, key) => removeAt(parent, key, from), operation)
      return edit(rest, path, (parent, key) => insert(parent, key, taken), operation)
    }
    default:
      throw new PatchError(`Unexpected kind: ${op}`)
  }
}

function pointerOf(operation: JsonPatchOperation, which: 'path' | 'from'): string {
  const pointer = operation[which]
  if (pointer === undefined) throw new PatchError(`operation missing ${which} field`)
  return pointer
}

/** `/a~1b/0` → `['a/b', '0']`; empty for what has no slash, and so leads nowhere. */
function stepsOf(pointer: string): string[] {
  const steps = pointer.split('/').slice(1)
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Replaces the parent of the last step by what `change` makes of it, copying the way there. */
function edit(
  document: unknown,
  pointer: string,
  change: (parent: unknown, key: string) => unknown,
  { op }: JsonPatchOperation,
): unknown {
  const nowhere = () =>
    new PatchError(`${op} operation does not apply: doc is missing path: ${pointer}`)
  const walk = (at: unknown, [step, ...rest]: readonly string[]): unknown => {
    if (step === undefined || !isContainer(at)) throw nowhere()
    return rest.length === 0 ? change(at, step) : setAt(at, step, walk(childOf(at, step), rest))
  }
  return walk(document, stepsOf(pointer))
}

const isContainer = (value: unknown) => Array.isArray(value) || isObject(value)

/** Null for a member that is not there. Throws for an item that is not. */
function childOf(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) {
    const items: readonly unknown[] = parent
    return items[existingIndex(items, key)]
  }
  return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : null
}

/** Upstream's library counts negative indexes from the end. */
function existingIndex(items: readonly unknown[], key: string): number {
  const index = /^[+-]?\d+$/.test(key) ? Number(key) : Number.NaN
  const at = index < 0 ? items.length + index : index
  if (at >= 0 && at < items.length) return at
  throw new PatchError(`Unable to access invalid index: ${key}`)
}

function read(document: unknown, pointer: string): unknown {
  const steps = stepsOf(pointer)
  if (steps.length === 0) throw new PatchError(`doc is missing path: ${pointer}`)
  return steps.reduce<unknown>((at, step) => {
    if (!isContainer(at)) throw new PatchError(`doc is missing path: ${pointer}`)
    return childOf(at, step)
  }, document)
}

function insert(parent: unknown, key: string, value: unknown): unknown {
  if (!Array.isArray(parent)) return setAt(parent, key, value)
  const items: readonly unknown[] = parent
  if (key === '-') return [...items, value]
  const at = existingIndex([...items, undefined], key)
  return [...items.slice(0, at), value, ...items.slice(at)]
}

function setAt(parent: unknown, key: string, value: unknown): unknown {
  if (Array.isArray(parent)) {
    const items: readonly unknown[] = parent
    const at = existingIndex(items, key)
    return items.map((item, i) => (i === at ? value : item))
  }
  if (!isObject(parent)) throw new PatchError(`doc is missing path: ${key}`)
  return withEntry(parent, key, value)
}

function removeAt(parent: unknown, key: string, pointer: string): unknown {
  if (Array.isArray(parent)) {
    const items: readonly unknown[] = parent
    const at = existingIndex(items, key)
    return items.filter((_, i) => i !== at)
  }
  if (!isObject(parent) || !Object.hasOwn(parent, key)) {
    throw new PatchError(`Unable to remove nonexistent key: ${pointer}`)
  }
  return withoutEntry(parent, key)
}
