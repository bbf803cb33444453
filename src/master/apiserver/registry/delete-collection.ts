import { StatusError } from '../../../base/index.ts'
import type { DeleteOptions } from '../../../api/index.ts'
import type { ObjectRevision } from '../object-revision.ts'
import type { ListOptions } from '../options.ts'
import { deleteObject } from './delete.ts'
import { type ListPage, listObjects } from './list.ts'
import type { Call, Store } from './store.ts'

/** Deletions of one request that are under way at once. */
const PARALLEL = 8

/** Deletes all that the selectors match. Answers with the list as it was before. */
export async function deleteCollection(
  store: Store,
  call: Call,
  of: { options: DeleteOptions; selectors: ListOptions },
): Promise<ListPage> {
  const page = await listObjects(store, call, of.selectors)
  const queue = [...page.objects]
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      await deleteOne(store, call, { object: next, options: of.options })
    }
  }
  await Promise.all(Array.from({ length: PARALLEL }, work))
  return page
}

async function deleteOne(
  store: Store,
  call: Call,
  on: { object: ObjectRevision; options: DeleteOptions },
): Promise<void> {
  const { name = '', namespace = '' } = on.object.parse().metadata
  try {
    await deleteObject(
      store,
      { ...call, namespace },
      { name, options: structuredClone(on.options) },
    )
  } catch (error) {
    // Somebody else was quicker: it is gone, as asked.
    if (error instanceof StatusError && error.reason === 'NotFound') return
    throw error
  }
}
