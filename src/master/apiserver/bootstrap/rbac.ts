import { type KubeObject, semanticEqual } from '../../../api/index.ts'
import type { PolicyRule } from '../authz/authorizer.ts'
import { AUTO_UPDATE, defaultRbac } from '../authz/defaults/index.ts'
import type { Subject } from '../authz/role-reader.ts'
import { missingRules } from '../authz/rules.ts'
import { deleteObject } from '../registry/delete.ts'
import { keyOf, type Store } from '../registry/store.ts'
import { mainRules, updateObject } from '../registry/update.ts'
import { createFirst } from './create-missing.ts'
import { systemCall } from './system-call.ts'

interface Rbac extends KubeObject {
  rules?: PolicyRule[]
  subjects?: Subject[]
  roleRef?: object
  aggregationRule?: object
}

/**
 * Makes the roles and bindings that every cluster has, and gives back what somebody took out of
 * them, unless they are marked as somebody's own. What was added to them stays.
 */
export async function ensureRbac(
  storeOf: (plural: string) => Store | undefined,
  options: { signal: AbortSignal; metrics: boolean },
): Promise<void> {
  for (const [plural, objects] of defaultRbac(options)) {
    const store = storeOf(plural)
    if (!store) continue
    await Promise.all(objects.map((object) => ensure(store, object, options.signal)))
  }
}

async function ensure(store: Store, wanted: Rbac, signal: AbortSignal): Promise<void> {
  const { name = '', namespace = '' } = wanted.metadata
  const call = systemCall(namespace, signal)
  const known = store.cache.get(keyOf(store, call, name))?.parse() as Rbac | undefined
  if (known && !needsRepair(known, wanted)) return
  if (known && sameRef(known, wanted)) {
    await updateObject(store, call, {
      name,
      rules: mainRules(store),
      change: (old) => (needsRepair(old, wanted) ? repaired(old, wanted) : old),
    })
    return
  }
  if (known) {
    // What a binding refers to never changes: it is another one.
    await deleteObject(store, call, { name, options: {} })
  }
  await createFirst(store, wanted, { signal })
}

const sameRef = (a: Rbac, b: Rbac): boolean =>
  b.roleRef === undefined || semanticEqual(a.roleRef, b.roleRef)

/** Pure: whether a default is not as it should be, and may be put right. */
export function needsRepair(known: KubeObject, wanted: KubeObject): boolean {
  if (known.metadata.annotations?.[AUTO_UPDATE] === 'false') return false
  const fixed = repaired(structuredClone(known), wanted)
  // What is stored has its fields in another order.
  return !semanticEqual(fixed, known) || !sameRef(known as Rbac, wanted as Rbac)
}

/** Pure: the object with everything that the default has, and what it had beside. */
export function repaired(object: KubeObject, wanted: KubeObject): KubeObject {
  const { metadata } = object
  const known = object as Rbac
  const from = wanted as Rbac
  metadata.labels = { ...metadata.labels, ...from.metadata.labels }
  metadata.annotations = { ...from.metadata.annotations, ...metadata.annotations }
  if (from.aggregationRule) {
    // The rules are the aggregation's business.
    known.aggregationRule ??= from.aggregationRule
  } else if (from.rules) {
    const missing = missingRules(known.rules ?? [], from.rules)
    if (missing.length > 0) known.rules = [...(known.rules ?? []), ...missing]
  }
  const has = (subject: Subject) =>
    (known.subjects ?? []).some(
      (each) =>
        each.kind === subject.kind &&
        each.name === subject.name &&
        (each.namespace ?? '') === (subject.namespace ?? ''),
    )
  const missing = (from.subjects ?? []).filter((subject) => !has(subject))
  if (missing.length > 0) known.subjects = [...(known.subjects ?? []), ...missing]
  return object
}
