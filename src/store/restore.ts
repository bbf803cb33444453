import type { Clock, Disk, Log, OpenEngine } from '../base/index.ts'
import { EtcdState } from './etcd-state.ts'
import { type ClusterIdentity, memberNamed } from './member/index.ts'
import { encodeMembership, initialMembership, type Membership } from './membership/index.ts'
import { type BackendEntry, encodeEntries, revisionBytes } from './mvcc/index.ts'
import { Wal } from './wal/index.ts'
import { SnapshotFile, SnapshotFileError, type SnapshotStatus } from './backup/index.ts'

export interface RestoreOptions {
  /** The backup, ours or etcd's. */
  readonly path: string
  /** The new cluster: a token of its own keeps former members out. The same for every member. */
  readonly cluster: ClusterIdentity
  /** The member whose folder is made. */
  readonly name: string
  /** Must be empty or absent. */
  readonly dataFolder: string
  /** etcd's `--wal-dir`; must be empty or absent. Default: in the data folder. */
  readonly walFolder?: string
  readonly disk: Disk
  readonly openEngine: OpenEngine
  readonly clock: Clock
  readonly log: Log
  /** etcd's `--skip-hash-check`: for a database file that was copied, which has no hash behind it. */
  readonly skipHashCheck?: boolean
  /**
   * etcd's `--bump-revision` with `--mark-compacted`: the newest revision is so much higher, and all
   * before it compacted, so that clients notice that time has gone back.
   */
  readonly bumpRevision?: number
  /** Ends the work; nothing is left behind then. */
  readonly signal?: AbortSignal
  /** Size of the log's segments. */
  readonly segmentBytes?: number
}

/**
 * Where the new cluster's log begins: the whole backup is one entry's effect. Behind the first entry
 * of a new cluster: a member that was not restored has nothing to say in this one.
 */
const START = { index: 2, term: 1 }

/**
 * Makes the data folder of a member of a new cluster from a backup. Every member of that cluster is
 * to be restored from the same file. Throws `SnapshotFileError` for a file that is no sound backup
 * and for a folder that is in use; nothing is left behind then.
 */
export async function restoreSnapshot(options: RestoreOptions): Promise<SnapshotStatus> {
  const { disk, path, dataFolder, cluster, log } = options
  const self = memberNamed(cluster, options.name)
  const walFolder = options.walFolder ?? `${dataFolder}/wal`
  await checkEmpty(disk, { 'data-dir': dataFolder, 'wal-dir': walFolder })
  const { skipHashCheck = false } = options
  const there = new Set<string>()
  for (const folder of [walFolder, dataFolder]) if (await disk.stat(folder)) there.add(folder)
  const snapshot = await SnapshotFile.open(disk, path, { skipHashCheck })
  try {
    await disk.mkdir(dataFolder)
    const membership = initialMembership(cluster.members)
    await restoreState(options, snapshot, membership)
    const { segmentBytes } = options
    const wal = await Wal.create(
      { disk, folder: walFolder, log, ...(segmentBytes && { segmentBytes }) },
      { clusterId: cluster.clusterId, memberId: self.id },
      [
        { type: 'reset', base: START },
        { type: 'membership', membership: encodeMembership(membership) },
        { type: 'hard-state', hardState: { term: START.term, vote: 0, commit: START.index } },
      ],
    )
    await wal.close()
    return snapshot.status
  } catch (error) {
    for (const folder of [walFolder, dataFolder]) {
      // What went wrong first is what matters.
      await takeBack(disk, folder, { wasThere: there.has(folder) }).catch((failure: unknown) =>
        log.warn('what was half restored could not be removed', { folder, error: failure }),
      )
    }
    throw error
  } finally {
    await snapshot.close()
  }
}

/** Somebody made a folder that was there before: it stays, empty. It may be a mount point. */
async function takeBack(disk: Disk, folder: string, of: { wasThere: boolean }): Promise<void> {
  if (!of.wasThere) return await disk.remove(folder)
  for (const name of await disk.list(folder)) await disk.remove(`${folder}/${name}`)
}

async function checkEmpty(disk: Disk, folders: Readonly<Record<string, string>>): Promise<void> {
  for (const [flag, folder] of Object.entries(folders)) {
    if (!(await disk.stat(folder)) || (await disk.list(folder)).length === 0) continue
    throw new SnapshotFileError(
      `${flag} "${folder}" not empty: move it away, or restore into another folder`,
    )
  }
}

async function restoreState(
  options: RestoreOptions,
  snapshot: SnapshotFile,
  membership: Membership,
): Promise<void> {
  const { dataFolder, clock, log } = options
  const engine = await options.openEngine(`${dataFolder}/db`)
  const state = await EtcdState.open({ engine, clock, log })
  try {
    const { bumpRevision = 0 } = options
    const entries = snapshot.entries()
    const bumped =
      bumpRevision > 0 ? bump(entries, snapshot.status.revision + bumpRevision) : entries
    await state.restore(START, encodeEntries(until(bumped, options.signal)))
    await state.adopt(START, membership)
  } finally {
    await state.close()
  }
}

async function* until(
  entries: AsyncIterable<BackendEntry>,
  signal: AbortSignal | undefined,
): AsyncGenerator<BackendEntry> {
  for await (const entry of entries) {
    signal?.throwIfAborted()
    yield entry
  }
}

const SCHEDULED_COMPACTION = 'scheduledCompactRev'
const FINISHED_COMPACTION = 'finishedCompactRev'

/** The same, with everything before `revision` about to be compacted. */
async function* bump(
  entries: AsyncIterable<BackendEntry>,
  revision: number,
): AsyncGenerator<BackendEntry> {
  const key = Buffer.from(SCHEDULED_COMPACTION)
  yield { bucket: 'meta', key, value: revisionBytes(revision, 0) }
  for await (const entry of entries) {
    const name = entry.bucket === 'meta' ? Buffer.from(entry.key).toString() : ''
    if (name !== SCHEDULED_COMPACTION && name !== FINISHED_COMPACTION) yield entry
  }
}
