import type { EngineEntry } from '../../../src/base/index.ts'
import type { SeededRandom, SimPorts } from '../../../src/sim/index.ts'
import { AlarmType } from '../../../src/store/alarms/index.ts'
import type { EtcdState } from '../../../src/store/index.ts'
import { Violation } from '../world.ts'
import type { StoreNode } from './node.ts'

/** Tells which of the engine's areas counts, when it is not the first. */
const ROOT = Uint8Array.of(0)
const FIRST_AREA = 1
/** Of blocks of changes, below their area in the engine's keys. */
const BLOCKS = 0x62
const NOTHING = { isHeard: () => true }

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
  const { ports } = victim
  // Of two members nobody can tell who is right.
  if (!leader || !state || !ports || nodes.length < 3) return NOTHING
  if (!(await alter(state, ports))) return NOTHING
  const { signal } = new AbortController()
  const found = await leader.store.corruption.check({ signal })
  if (found.length !== 1 || found[0] !== victim.id) {
    throw new Violation(`corruption: ${victim.id} was altered, [${found.join(' ')}] was found`)
  }
  const alarm = { memberId: BigInt(victim.id), alarm: AlarmType.corrupt }
  return { isHeard: () => nodes.every(({ open }) => open?.state.alarms.has(alarm)) }
}

/** Its newest change says something else on disk. False when there is nothing to alter. */
export async function alter(state: EtcdState, ports: SimPorts): Promise<boolean> {
  const { mvcc } = state
  if (mvcc.revision <= Math.max(1, mvcc.compactRevision)) return false
  await state.flush()
  const engine = await ports.openEngine('data/db')
  const area = engine.get(ROOT)?.[0] ?? FIRST_AREA
  let newest: EngineEntry | undefined
  for await (const entries of engine.iterate()) {
    newest = entries.findLast(([key]) => key[0] === area && key[1] === BLOCKS) ?? newest
  }
  if (!newest) throw new Violation('corruption: no change is on the disk after a flush')
  const [key, value] = newest
  value.set([(value.at(-1) ?? 0) ^ 1], value.length - 1)
  await engine.batch([{ type: 'put', key, value }], { sync: true })
  return true
}
