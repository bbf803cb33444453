import { type Entry, emptyHardState, type HardState, type LogIndex } from '../../raft/index.ts'
import { type LogBase, Wal, type WalContents } from '../wal/index.ts'
import {
  decodeMembership,
  encodeMembership,
  initialMembership,
  type Membership,
} from './membership.ts'
import { LOG_LIMITS_DEFAULT, type MemberOptions } from './options.ts'

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
  const walOptions = { disk, folder: `${dataFolder}/wal`, log, segmentBytes }
  const identity = { clusterId: cluster.clusterId, memberId: self.id }
  if (!(await Wal.exists(walOptions))) {
    if (stateMachine.durableIndex > 0) {
      throw folderError(dataFolder, 'it holds a state but no log (folder "wal")')
    }
    const membership = initialMembership(cluster.members)
    const encoded = encodeMembership(membership)
    const wal = await Wal.create(walOptions, identity, [
      { type: 'membership', membership: encoded },
    ])
    return {
      wal,
      base: { index: 0, term: 0 },
      entries: [],
      hardState: emptyHardState,
      membership,
    }
  }
  const { wal, contents } = await Wal.open(walOptions, identity)
  try {
    return await fit(wal, contents, { durable: stateMachine.durableIndex, dataFolder })
  } catch (error) {
    await wal.close()
    throw error
  }
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
