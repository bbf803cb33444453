import type { Ownership } from './managers.ts'
import { type PathElement, pathText } from './path-element.ts'

/** A field that would change although another manager owns it. */
export interface Conflict {
  readonly owner: Ownership
  readonly path: readonly PathElement[]
}

export interface ConflictCause {
  readonly reason: 'FieldManagerConflict'
  readonly message: string
  readonly field: string
}

/** An apply that must be forced, or not done. `message` is upstream's. */
export class ApplyConflict extends Error {
  override readonly name = 'ApplyConflict'
  readonly conflicts: readonly Conflict[]

  constructor(conflicts: readonly Conflict[]) {
    super(messageOf(conflicts))
    this.conflicts = conflicts
  }

  get causes(): ConflictCause[] {
    return this.conflicts.map(({ owner, path }) => ({
      reason: 'FieldManagerConflict',
      message: `conflict with ${describe(owner)}`,
      field: pathText(path),
    }))
  }
}

function messageOf(conflicts: readonly Conflict[]): string {
  const [only] = conflicts
  if (only && conflicts.length === 1) {
    const what = `conflict with ${describe(only.owner)}: ${pathText(only.path)}`
    return `Apply failed with 1 conflict: ${what}`
  }
  const owners = [...new Set(conflicts.map(({ owner }) => owner))]
  const lines: string[] = []
  for (const owner of owners.sort((a, b) => (rankOf(a) < rankOf(b) ? -1 : 1))) {
    lines.push(`conflicts with ${describe(owner)}:`)
    for (const conflict of conflicts) {
      if (conflict.owner === owner) lines.push(`- ${pathText(conflict.path)}`)
    }
  }
  return `Apply failed with ${conflicts.length} conflicts: ${lines.join('\n')}`
}

/** Upstream sorts by the text of the entry, in which they stand in this order. */
function rankOf({ manager, operation, apiVersion, subresource }: Ownership): string {
  return JSON.stringify([manager, operation, apiVersion, subresource])
}

function describe({ manager, operation, apiVersion, subresource }: Ownership): string {
  const name = JSON.stringify(manager)
  const with_ =
    subresource === '' ? name : `${name} with subresource ${JSON.stringify(subresource)}`
  return operation === 'Update' ? `${with_} using ${apiVersion}` : with_
}
