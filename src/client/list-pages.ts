import { hasReason } from '../base/index.ts'
import type { KubeObject, ObjectList, Stored } from '../api/index.ts'
import type { ListCallOptions, ResourceClient } from './types.ts'

/** Objects a page, as in client-go. */
export const PAGE_OBJECTS = 500

/**
 * A whole list, read in pages of one revision. Should that revision be compacted half way, the
 * list is read again in one piece.
 */
export async function listAll<T extends KubeObject>(
  client: ResourceClient<T>,
  options: Omit<ListCallOptions, 'limit' | 'continue'> = {},
): Promise<ObjectList<Stored<T>>> {
  const first = await client.list({ ...options, limit: PAGE_OBJECTS })
  const items = first.items
  const { resourceVersion: _, ...more } = options
  let next = first.metadata.continue
  while (next) {
    try {
      const page = await client.list({ ...more, limit: PAGE_OBJECTS, continue: next })
      for (const item of page.items) items.push(item)
      next = page.metadata.continue
    } catch (error) {
      if (!hasReason(error, 'Expired', 'Gone')) throw error
      return client.list(options)
    }
  }
  return { items, metadata: { resourceVersion: first.metadata.resourceVersion } }
}
