import { type Entry, type HardState, type LogIndex, type Term } from '../../raft/index.ts'
import {
  decodeMembership,
  encodeMembership,
  initialMembership,
  type Membership,
} from '../membership/index.ts'
import {
  type LogBase,
  Wal,
  type WalContents,
  type WalIdentity,
  type WalOptions,
} from '../wal/index.ts'
import type { ClusterMember } from '../member-types.ts'
import { MemberRemovedError } from './errors.ts'
import { LOG_LIMITS_DEFAULT, type MemberOptions } from './options.ts'

/** Where the log of a new cluster begins: its members are what the entry before it did. */
const START = { index: 1, term: 1 } as const

/** The member's log and state do not fit together; the message says what to do. */
export class DataFolderError extends Error {
  override readonly name = 'DataFolderError'
}

/** Where a member goes on after a start. */
export interface Recovered {
  readonly wal: Wal
  readonly base: LogBase
  readonly entries: readonly Entry[]
  readonly hardState: HardState
  readonly membership: Membership
}

/**
 * Opens the log of a data folder, or makes it on the first start. Throws `WalDamagedError`,
 * `WalIdentityError` or `DataFolderError`, each with file and remedy.
 */
export async function recover<Outcome>(options: MemberOptions<Outcome>): Promise<Recovered> {
  const { disk, dataFolder, log, cluster, self, stateMachine } = options
  const segmentBytes = options.logLimits?.segmentBytes ?? LOG_LIMITS_DEFAULT.segmentBytes
  const onNoRoom = options.onDiskFull
  const walOptions: WalOptions = {
    disk,
    folder: options.walFolder ?? `${dataFolder}/wal`,
    log,
    segmentBytes,
    ...(onNoRoom && { onNoRoom }),
  }
  const identity = { clusterId: cluster.clusterId, memberId: self.id }
  if (!(await Wal.exists(walOptions))) return await create(options, walOptions, identity)
  const { wal, contents } = await Wal.open(walOptions, identity)
  try {
    const recovered = await fit(wal, contents, { durable: stateMachine.durableIndex, dataFolder })
    const { appliedIndex: index, membership } = stateMachine
    // A state of an older release was never told.
    if (!membership && !recovered.membership.joining) {
      const term = termAt(recovered, index)
      await stateMachine.adopt({ index, term }, recovered.membership)
    }
    if (options.forceNewCluster) {
      const alone = aloneIn(stateMachine.membership ?? recovered.membership, self)
      // The log first: a crash between them must not leave changes that the lone member applies.
      const freed = await withoutChanges(recovered, index)
      await stateMachine.adopt({ index, term: termAt(recovered, index) }, alone)
      return freed
    }
    if (membership?.removed.includes(self.id)) throw new MemberRemovedError()
    return recovered
  } catch (error) {
    await wal.close()
    throw error
  }
}

/** The first start: a new cluster begins with its members, as the effect of its first entry. */
async function create<Outcome>(
  { dataFolder, cluster, stateMachine }: MemberOptions<Outcome>,
  walOptions: WalOptions,
  identity: WalIdentity,
): Promise<Recovered> {
  const { joining } = cluster
  // A crash may have come between the first entry's effect and the log.
  if (stateMachine.durableIndex > (joining ? 0 : START.index)) {
    throw folderError(dataFolder, 'it holds a state but no log (folder "wal")')
  }
  const membership = { ...initialMembership(cluster.members), ...(joining && { joining }) }
  const base = joining ? { index: 0, term: 0 } : START
  const hardState: HardState = { term: base.term, vote: 0, commit: base.index }
  if (!joining) await stateMachine.adopt(START, membership)
  const wal = await Wal.create(walOptions, identity, [
    { type: 'reset', base },
    { type: 'membership', membership: encodeMembership(membership) },
    { type: 'hard-state', hardState },
  ])
  return { wal, base, entries: [], hardState, membership }
}

/** Everybody else is gone for good. */
function aloneIn({ members, removed }: Membership, self: ClusterMember): Membership {
  const own = members.find(({ id }) => id === self.id) ?? self
  const gone = members.filter(({ id }) => id !== self.id).map(({ id }) => id)
  const before = removed.filter((id) => id !== self.id)
  return { members: [{ ...own, isLearner: false }], removed: [...before, ...gone] }
}

/**
 * Changes of the members that the log still holds would be applied after all, and the member wait
 * for others again: they become entries without effect. Everything else stays: whoever was told
 * that a write is done may have been told so by a leader that is lost.
 */
async function withoutChanges(recovered: Recovered, applied: LogIndex): Promise<Recovered> {
  const { wal, entries } = recovered
  const isChange = ({ index, type }: Entry) => index > applied && type !== 'normal'
  const first = entries.findIndex(isChange)
  if (first < 0) return recovered
  const tail = entries.slice(first).map((entry): Entry => {
    return isChange(entry) ? { ...entry, type: 'normal', data: new Uint8Array(0) } : entry
  })
  await wal.append(tail.map((entry) => ({ type: 'entry', entry })))
  return { ...recovered, entries: [...entries.slice(0, first), ...tail] }
}

function termAt({ base, entries }: Recovered, index: LogIndex): Term {
  return index === base.index ? base.term : (entries[index - base.index - 1]?.term ?? 0)
}

async function fit(
  wal: Wal,
  contents: WalContents,
  state: { durable: LogIndex; dataFolder: string },
): Promise<Recovered> {
  const { durable, dataFolder } = state
  let { base, entries, membership } = contents
  const { incoming } = contents
  // A crash fell between the installation of a snapshot and its record in the log.
  if (incoming && incoming.base.index > base.index && durable >= incoming.base.index) {
    base = incoming.base
    entries = []
    membership = incoming.membership
    await wal.append([
      { type: 'reset', base },
      { type: 'membership', membership },
    ])
  }
  const last = base.index + entries.length
  if (durable < base.index) {
    const text = `its state ends at index ${durable}, its log begins behind ${base.index}`
    throw folderError(dataFolder, text)
  }
  if (durable > last) {
    throw folderError(dataFolder, `its state is at index ${durable}, its log ends at ${last}`)
  }
  // A log of an older release begins with its first entry. One that a new member can be fed from
  // begins behind the members.
  if (base.index === 0 && durable >= START.index && entries[0]) {
    base = { index: START.index, term: entries[0].term }
    entries = entries.slice(1)
    await wal.append([{ type: 'base', base }])
  }
  // The log may say less of the commit index than the state has seen.
  const commit = Math.max(contents.hardState.commit, durable)
  const hardState = { ...contents.hardState, commit }
  return { wal, base, entries, hardState, membership: decodeMembership(membership) }
}

function folderError(dataFolder: string, what: string): DataFolderError {
  return new DataFolderError(
    `${dataFolder}: the data folder is damaged: ${what}. If other members are sound, ` +
      'save a backup from them; then restore a backup to all members',
  )
}
