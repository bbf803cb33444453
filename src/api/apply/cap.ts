import { identityOf, type Managers, type Ownership, timeOf } from './managers.ts'

/** So many writers of updates are told apart; the oldest become one. */
const UPDATERS_MAX = 10
const OLD_UPDATERS = 'ancient-changes'

/** Joins the oldest updates of one version, so that the record stays bounded. */
export function capManagers(managers: Managers): Managers {
  const updaters = [...managers].filter(([, one]) => one.operation === 'Update')
  if (updaters.length <= UPDATERS_MAX) return managers
  updaters.sort(([a, x], [b, y]) => timeOf(x) - timeOf(y) || (a < b ? -1 : 1))
  const out = new Map(managers)
  const firstOfVersion = new Map<string, string>()
  let left = updaters.length
  for (const [id, one] of updaters) {
    if (left <= UPDATERS_MAX) break
    const first = firstOfVersion.get(one.apiVersion)
    if (first === undefined) {
      firstOfVersion.set(one.apiVersion, id)
      continue
    }
    const bucket: Ownership = { ...one, manager: OLD_UPDATERS, subresource: '' }
    const bucketId = identityOf(bucket)
    const before = out.get(bucketId) ?? out.get(first)
    if (!out.has(bucketId)) out.delete(first)
    out.delete(id)
    out.set(bucketId, { ...bucket, set: before ? one.set.union(before.set) : one.set })
    left--
  }
  return out
}
