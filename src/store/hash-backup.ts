import {
  type Clock,
  type Disk,
  type Log,
  type OpenEngine,
  type Random,
  randomSuffix,
} from '../base/index.ts'
import { SnapshotFile } from './backup/index.ts'
import { EtcdState } from './etcd-state.ts'
import { encodeEntries, hashKv, type KvHash } from './mvcc/index.ts'

/** Enough that nobody else has the name. */
const WORK_NAME_LETTERS = 12

/**
 * The hash over the keys of a backup that `HashKV` gives of a member. The state is made in a folder
 * beside the backup, which goes again. Throws `SnapshotFileError`, and `KvError` for a revision that
 * is not there.
 */
export async function hashOfBackup(options: {
  readonly path: string
  /** 0: the newest. */
  readonly revision: number
  readonly disk: Disk
  readonly openEngine: OpenEngine
  readonly clock: Clock
  /** For the name of that folder. */
  readonly random: Random
  readonly log: Log
}): Promise<KvHash> {
  const { path, revision, disk, clock, random, log } = options
  const snapshot = await SnapshotFile.open(disk, path, { skipHashCheck: true })
  const work = `${path}.work-${randomSuffix(random, WORK_NAME_LETTERS)}`
  try {
    const state = await EtcdState.open({ engine: await options.openEngine(work), clock, log })
    try {
      await state.restore({ index: 1, term: 1 }, encodeEntries(snapshot.entries()))
      return await hashKv(state.mvcc, revision)
    } finally {
      await state.close()
    }
  } finally {
    await snapshot.close()
    await disk.remove(work)
  }
}
