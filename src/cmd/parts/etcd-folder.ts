import { type Disk, DiskError } from '../../base/index.ts'
import { storedIdentity } from '../../store/index.ts'
import { EtcdConfigError } from './etcd-flags.ts'

/** etcd's own log: `sequence-index.wal`. */
const ETCD_WAL = /^[0-9a-f]{16}-[0-9a-f]{16}\.wal$/

/** A member's folders. */
export interface MemberFolders {
  readonly name: string
  readonly dataDir: string
  /** Where its log is, if not in `dataDir`. */
  readonly walDir?: string | undefined
}

/**
 * Throws `EtcdConfigError` where the folder holds an etcd's data and none of ours: an empty store
 * beside it would look as if everything were lost. Only reads.
 */
export async function refuseEtcdData(
  disk: Disk,
  { name, dataDir, walDir }: MemberFolders,
): Promise<void> {
  const walFolder = walDir ?? `${dataDir}/wal`
  const self = { name, peerUrls: [], clientUrls: [] }
  if (await storedIdentity({ disk, walFolder, self })) return
  const folder = await etcdDataIn(disk, { dataDir, walFolder })
  if (folder === undefined) return
  throw new EtcdConfigError(
    `${folder} holds the data of an etcd, whose format is another: take a backup of the etcd ` +
      'that runs on it (`etcdctl snapshot save FILE`), make a new --data-dir of it ' +
      '(`navarch etcdutl snapshot restore FILE --data-dir …`), and start with that',
  )
}

/** Which folder of these holds a real etcd's data, if one does. */
export async function etcdDataIn(
  disk: Disk,
  { dataDir, walFolder = `${dataDir}/wal` }: { dataDir: string; walFolder?: string },
): Promise<string | undefined> {
  const places: [folder: string, isEtcds: (file: string) => boolean][] = [
    [`${dataDir}/member/snap`, (file) => file === 'db'],
    [`${dataDir}/member/wal`, (file) => ETCD_WAL.test(file)],
    [walFolder, (file) => ETCD_WAL.test(file)],
  ]
  for (const [folder, isEtcds] of places) {
    if ((await filesIn(disk, folder)).some(isEtcds)) return folder
  }
  return undefined
}

async function filesIn(disk: Disk, folder: string): Promise<readonly string[]> {
  try {
    return await disk.list(folder)
  } catch (error) {
    if (error instanceof DiskError && error.code === 'not-found') return []
    throw error
  }
}
