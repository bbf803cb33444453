import { assert } from '../../base/index.ts'
import type { ApplyType } from './apply-type.ts'
import { type Comparison, compareValues } from './compare.ts'
import { ApplyConflict, type Conflict } from './conflict.ts'
import { sameJson } from './equal.ts'
import { FieldSet } from './field-set.ts'
import type { Managers, Ownership } from './managers.ts'
import { mergeValues } from './merge.ts'
import { withNamedFields } from './named-fields.ts'
import { reconcileFields } from './reconcile.ts'
import { removeFields } from './remove.ts'
import { toFieldSet } from './to-field-set.ts'
import { inVersion, type Versioned, type Versions } from './versions.ts'

/** What a write comes from, and by whom it is. */
export interface Write {
  readonly versions: Versions
  readonly live: Versioned
  readonly managers: Managers
  /** Fields that this way of writing does not set, whatever the object says (status, spec). */
  readonly ignored: FieldSet
  /** The writer, without its set. */
  readonly writer: Omit<Ownership, 'set'>
  readonly writerId: string
}

/** The managers after an update that made `next` of the live object. */
export function updateManagers(write: Write, next: Versioned): Managers {
  const reconciled = { ...write, managers: reconcile(write) }
  const { managers, comparison } = settle(reconciled, next, { force: true })
  const own = managers.get(write.writerId)?.set ?? new FieldSet()
  const { removed, modified, added } = comparison
  const set = own.difference(removed).union(modified).union(added).without(write.ignored)
  return withOwnership(managers, write, { ...write.writer, set })
}

/** The object and managers after an apply; `value` is undefined when the object stays as it is. */
export function applyConfig(
  write: Write,
  config: Versioned,
  options: { force: boolean },
): { value: unknown; managers: Managers } {
  const { versions, live, writerId } = write
  const before = reconcile(write)
  const type = typeIn(versions, live.apiVersion)
  const merged = { ...live, value: mergeConfig(type, live.value, config.value) }
  const set = toFieldSet(type, config.value).without(write.ignored)
  const last = before.get(writerId)
  const owned = new Map(before).set(writerId, { ...write.writer, set })
  const next = prune(versions, merged, { managers: owned, last })
  const settled = settle({ ...write, managers: owned }, next, options)
  const changed = !sameJson(live.value, next.value)
  return { value: changed ? next.value : undefined, managers: settled.managers }
}

function mergeConfig(type: ApplyType, live: unknown, config: unknown): unknown {
  try {
    return mergeValues(type, live, config)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new Error(`failed to merge config: ${why}`, { cause: error })
  }
}

function typeIn(versions: Versions, apiVersion: string): ApplyType {
  const type = versions.typeOf(apiVersion)
  assert(type, `no type in version ${apiVersion}`)
  return type
}

function withOwnership(managers: Managers, write: Write, own: Ownership): Managers {
  const out = new Map(managers)
  if (own.set.isEmpty) out.delete(write.writerId)
  else out.set(write.writerId, own)
  return out
}

function reconcile({ versions, managers }: Write): Managers {
  const out = new Map<string, Ownership>()
  for (const [id, one] of managers) {
    const type = versions.typeOf(one.apiVersion)
    // Fields of a version that is gone are forgotten.
    if (type) out.set(id, { ...one, set: reconcileFields(type, one.set) })
  }
  return out
}

/** Takes from the other managers what changes, or refuses to. */
function settle(
  write: Write,
  next: Versioned,
  options: { force: boolean },
): { managers: Managers; comparison: Comparison } {
  const { versions, live, managers, writerId } = write
  const byVersion = new Map<string, Comparison | undefined>()
  const compare = (apiVersion: string): Comparison | undefined => {
    if (!byVersion.has(apiVersion)) {
      const from = inVersion(versions, live, apiVersion)
      const to = inVersion(versions, next, apiVersion)
      byVersion.set(
        apiVersion,
        from &&
          to &&
          filtered(compareValues(typeIn(versions, apiVersion), from.value, to.value), write),
      )
    }
    return byVersion.get(apiVersion)
  }
  const comparison = compare(live.apiVersion)
  assert(comparison, 'an object is in its own version')
  const conflicts: Conflict[] = []
  const out = new Map<string, Ownership>()
  for (const [id, one] of managers) {
    if (id === writerId) {
      if (!one.set.isEmpty) out.set(id, one)
      continue
    }
    const changes = compare(one.apiVersion)
    if (!changes) continue
    const taken = one.set.intersection(changes.modified.union(changes.added))
    for (const path of taken.paths()) conflicts.push({ owner: one, path })
    const set = one.set.difference(taken).difference(changes.removed)
    if (!set.isEmpty) out.set(id, { ...one, set })
  }
  if (!options.force && conflicts.length > 0) throw new ApplyConflict(conflicts)
  return { managers: out, comparison }
}

function filtered({ removed, modified, added }: Comparison, { ignored }: Write): Comparison {
  return {
    removed: removed.without(ignored),
    modified: modified.without(ignored),
    added: added.without(ignored),
  }
}

/** Takes out of the merged object what its applier no longer names and nobody else owns. */
function prune(
  versions: Versions,
  merged: Versioned,
  of: { managers: Managers; last: Ownership | undefined },
): Versioned {
  const { managers, last } = of
  if (!last || last.set.isEmpty) return merged
  const converted = inVersion(versions, merged, last.apiVersion)
  if (!converted) return merged
  const type = typeIn(versions, last.apiVersion)
  const value = removeFields(type, converted.value, withNamedFields(type, last.set))
  const pruned = addBackOwned(versions, converted, {
    pruned: { apiVersion: last.apiVersion, value },
    managers,
  })
  const kept = addBackDangling(versions, converted, { pruned, last })
  const back = inVersion(versions, kept, merged.apiVersion)
  assert(back, 'the applied version is served')
  return back
}

function addBackOwned(
  versions: Versions,
  merged: Versioned,
  of: { pruned: Versioned; managers: Managers },
): Versioned {
  const owned = new Map<string, FieldSet>()
  // The pruned version comes first, so that what conversion needs is there.
  owned.set(merged.apiVersion, new FieldSet())
  for (const { apiVersion, set } of of.managers.values()) {
    owned.set(apiVersion, (owned.get(apiVersion) ?? new FieldSet()).union(set))
  }
  let { pruned } = of
  let whole = merged
  for (const [apiVersion, set] of owned) {
    const nextWhole = inVersion(versions, whole, apiVersion)
    const nextPruned = inVersion(versions, pruned, apiVersion)
    if (!nextWhole || !nextPruned) continue
    whole = nextWhole
    const type = typeIn(versions, apiVersion)
    const named = (fields: FieldSet) => withNamedFields(type, fields)
    const all = named(toFieldSet(type, whole.value))
    const left = named(toFieldSet(type, nextPruned.value)).union(named(set))
    const value = removeFields(type, whole.value, all.difference(left))
    pruned = { apiVersion, value }
  }
  return pruned
}

/** What nobody ever owned stays; only what the applier itself once named may go. */
function addBackDangling(
  versions: Versions,
  merged: Versioned,
  of: { pruned: Versioned; last: Ownership },
): Versioned {
  const { last } = of
  const pruned = inVersion(versions, of.pruned, last.apiVersion)
  if (!pruned) return merged
  const type = typeIn(versions, last.apiVersion)
  const named = (fields: FieldSet) => withNamedFields(type, fields)
  const all = named(toFieldSet(type, merged.value))
  const gone = all.difference(named(toFieldSet(type, pruned.value)))
  const value = removeFields(type, merged.value, gone.intersection(named(last.set)))
  return { apiVersion: last.apiVersion, value }
}
