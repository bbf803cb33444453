import type { Lookup } from '../admission/index.ts'
import type { Attributes } from '../authz/attributes.ts'

const OBJECTS_PER_SEAT = 100
const SEATS_MAX = 10

/** How many seats a request takes: a list of much takes more (KEP-1040, its work estimator). */
export function seatsFor(asked: Attributes, lookup: Lookup, limit = 0): number {
  if (asked.kind === 'path' || asked.subresource !== '' || asked.name !== '') return 1
  if (asked.verb !== 'list' && asked.verb !== 'deletecollection') return 1
  const { group, resource: plural } = asked
  const stored = lookup.store({ group, plural })?.cache.size ?? 0
  const isPage = limit > 0 && asked.fields === undefined
  const objects = isPage ? Math.min(stored, limit) : stored
  return Math.min(Math.max(Math.ceil(objects / OBJECTS_PER_SEAT), 1), SEATS_MAX)
}
