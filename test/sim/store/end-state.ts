import { Violation } from '../world.ts'
import type { StoreNode } from './node.ts'

/** All members hold the same keys with their history, users and roles. */
export async function compareMembers(nodes: readonly StoreNode[]): Promise<void> {
  const { signal } = new AbortController()
  const asked = nodes.map(async ({ open }) => open?.store.hashKv({ revision: 0 }, { signal }))
  const hashes = (await Promise.all(asked)).map((each) => `${each?.hash} ${each?.hashRevision}`)
  if (new Set(hashes).size > 1) {
    throw new Violation(`state equality: the members' hashes are ${hashes.join(', ')}`)
  }
  const users = nodes.map(({ open }) =>
    JSON.stringify([...(open?.state.auth.entries() ?? [])].map((each) => Object.values(each))),
  )
  if (new Set(users).size > 1) {
    throw new Violation("state equality: the members' users and roles differ")
  }
}
