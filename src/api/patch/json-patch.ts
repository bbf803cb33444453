import { PatchError } from './errors.ts'
import { isObject, sameJson, withEntry, withoutEntry } from './values.ts'

/** One step of a JSON patch (RFC 6902). */
export interface JsonPatchOperation {
  readonly op: string
  readonly path: string
  readonly from?: string
  readonly value?: unknown
}

/**
 * Applies a JSON patch (RFC 6902), all of it or nothing. `target` is not changed; what stays is
 * shared. Throws `PatchError`.
 */
export function applyJsonPatch(
  target: unknown,
  operations: readonly JsonPatchOperation[],
): unknown {
  return operations.reduce((document, operation) => applyOne(document, operation), target)
}

function applyOne(document: unknown, operation: JsonPatchOperation): unknown {
  const path = parsePointer(operation.path)
  switch (operation.op) {
    case 'add':
      return edit(document, path, (parent, key) => insert(parent, key, given(operation)), operation)
    case 'remove':
      return edit(document, path, (parent, key) => removeAt(parent, key, operation.path), operation)
    case 'replace':
      read(document, path, operation.path)
      return edit(document, path, (parent, key) => setAt(parent, key, given(operation)), operation)
    case 'test':
      testAt(document, path, operation)
      return document
    case 'copy':
    case 'move': {
      const from = parsePointer(operation.from ?? '')
      const value = read(document, from, operation.from ?? '')
      const { from: at = '' } = operation
      const rest =
        operation.op === 'copy'
          ? document
          : edit(document, from, (parent, key) => removeAt(parent, key, at), operation)
      return edit(rest, path, (parent, key) => insert(parent, key, value), operation)
    }
    default:
      throw new PatchError(`Unexpected kind: ${operation.op}`)
  }
}

function given({ value, op, path }: JsonPatchOperation): unknown {
  if (value === undefined) throw new PatchError(`${op} operation on ${path} has no value`)
  return value
}

/** `/a~1b/0` → `['a/b', '0']`; the empty pointer is the whole document. */
function parsePointer(pointer: string): string[] {
  if (pointer === '') return []
  if (!pointer.startsWith('/')) throw new PatchError(`invalid pointer ${JSON.stringify(pointer)}`)
  const steps = pointer.slice(1).split('/')
  return steps.map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** Replaces the parent of the last step by what `change` makes of it, copying the way there. */
function edit(
  document: unknown,
  path: readonly string[],
  change: (parent: unknown, key: string) => unknown,
  { op, path: pointer }: JsonPatchOperation,
): unknown {
  const [step, ...rest] = path
  if (step === undefined) {
    // The whole document: as if it stood under an empty name.
    const changed = change({ '': document }, '')
    return isObject(changed) ? changed[''] : undefined
  }
  if (rest.length === 0) return change(document, step)
  const child = childOf(document, step)
  if (child === undefined)
    throw new PatchError(`${op} operation does not apply: doc is missing path: ${pointer}`)
  const changed = edit(child, rest, change, { op, path: pointer })
  return setAt(document, step, changed)
}

function childOf(parent: unknown, key: string): unknown {
  if (Array.isArray(parent)) {
    const items: readonly unknown[] = parent
    return items[existingIndex(items, key) ?? -1]
  }
  return isObject(parent) && Object.hasOwn(parent, key) ? parent[key] : undefined
}

/** Upstream's library counts negative indexes from the end. */
function existingIndex(items: readonly unknown[], key: string): number | undefined {
  if (!/^-?(0|[1-9]\d*)$/.test(key)) return undefined
  const index = Number(key)
  const at = index < 0 ? items.length + index : index
  return at >= 0 && at < items.length ? at : undefined
}

function read(document: unknown, path: readonly string[], pointer: string): unknown {
  const value = path.reduce<unknown>((at, step) => childOf(at, step), document)
  if (value === undefined) throw new PatchError(`key ${pointer} is missing`)
  return value
}

function testAt(document: unknown, path: readonly string[], operation: JsonPatchOperation): void {
  const actual = path.reduce<unknown>((at, step) => childOf(at, step), document) ?? null
  if (sameJson(actual, operation.value ?? null)) return
  throw new PatchError(`testing value ${operation.path} failed`)
}

function insert(parent: unknown, key: string, value: unknown): unknown {
  if (!Array.isArray(parent)) return setAt(parent, key, value)
  const items: readonly unknown[] = parent
  if (key === '-') return [...items, value]
  const at = existingIndex([...items, undefined], key)
  if (at === undefined) throw new PatchError(`Unable to access invalid index: ${key}`)
  return [...items.slice(0, at), value, ...items.slice(at)]
}

function setAt(parent: unknown, key: string, value: unknown): unknown {
  if (Array.isArray(parent)) {
    const items: readonly unknown[] = parent
    const at = existingIndex(items, key)
    if (at === undefined) throw new PatchError(`Unable to access invalid index: ${key}`)
    return items.map((item, i) => (i === at ? value : item))
  }
  if (!isObject(parent)) throw new PatchError(`doc is missing path: ${key}`)
  return withEntry(parent, key, value)
}

function removeAt(parent: unknown, key: string, pointer: string): unknown {
  if (Array.isArray(parent)) {
    const items: readonly unknown[] = parent
    const at = existingIndex(items, key)
    if (at === undefined) throw new PatchError(`Unable to access invalid index: ${key}`)
    return items.filter((_, i) => i !== at)
  }
  if (!isObject(parent) || !Object.hasOwn(parent, key)) {
    throw new PatchError(`Unable to remove nonexistent key: ${pointer}`)
  }
  return withoutEntry(parent, key)
}
