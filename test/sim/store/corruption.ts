import type { SeededRandom } from '../../../src/sim/index.ts'
import { AlarmType } from '../../../src/store/alarms/index.ts'
import type { EtcdState } from '../../../src/store/index.ts'
import { Violation } from '../raft/checkers.ts'
import type { StoreNode } from './node.ts'

/** Nobody is accused of holding other data than the others while all hold the same. */
export function assertSound(nodes: readonly StoreNode[]): void {
  for (const { id, open } of nodes) {
    if (open?.state.alarms.any(AlarmType.corrupt) === true) {
      throw new Violation(`corruption: ${id} has heard an alarm, and all is well`)
    }
  }
}

/**
 * One member's data changes behind its back: the leader's comparison has to find that member, and
 * every member has to hear of it.
 */
export async function findAltered(
  nodes: readonly StoreNode[],
  random: SeededRandom,
): Promise<{ isHeard: () => boolean }> {
  const leader = nodes.find((node) => node.isLeader)?.open
  const victim = random.pick(nodes)
  const state = victim.open?.state
  // Of two members nobody can tell who is right.
  if (!leader || !state || nodes.length < 3 || !(await alter(state))) return { isHeard: () => true }
  const { signal } = new AbortController()
  const found = await leader.store.corruption.check({ signal })
  if (found.length !== 1 || found[0] !== victim.id) {
    throw new Violation(`corruption: ${victim.id} was altered, [${found.join(' ')}] was found`)
  }
  const alarm = { memberId: BigInt(victim.id), alarm: AlarmType.corrupt }
  return { isHeard: () => nodes.every(({ open }) => open?.state.alarms.has(alarm)) }
}

/** False when there is nothing to alter. */
async function alter({ mvcc, backend }: EtcdState): Promise<boolean> {
  for await (const record of backend.records(mvcc.compactRevision + 1, mvcc.revision)) {
    const encoded = Uint8Array.from(record.encoded)
    encoded.set([(encoded.at(-1) ?? 0) ^ 1], encoded.length - 1)
    backend.put({ ...record, encoded }, { counted: true })
    return true
  }
  return false
}
