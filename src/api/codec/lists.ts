import { ListMeta } from '../meta/index.ts'
import { type FieldWords, list, ref, string, struct, type Struct } from '../schema/index.ts'

const lists = new WeakMap<Struct<FieldWords>, Struct<FieldWords>>()

/** The declared type of a list of objects: `PodList` for `Pod`. */
export function listStructOf(item: Struct<FieldWords>): Struct<FieldWords> {
  const known = lists.get(item)
  if (known !== undefined) return known
  const kind = item.name.slice(item.name.lastIndexOf('.') + 1)
  const made = struct(`${item.name}List`, `One page of ${kind} objects.`, {
    kind: string(0, 'Name of the list type.'),
    apiVersion: string(0, 'Version of the API in which the list is written.'),
    metadata: ref(1, ListMeta, 'Version of the collection, and where to go on.').always(),
    items: list(2, item, 'The objects.').required(),
  })
  lists.set(item, made)
  return made
}
