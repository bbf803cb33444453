import { type Clock, type Disk, DiskError, type Log } from '../src/base/index.ts'
import { type ArchivePoint, type CallContext, UserError } from '../src/cli/index.ts'
import { levelEngines } from '../src/platform/index.ts'
import { archiveEnd, ArchiveError, backupFromArchive } from '../src/store/archive/index.ts'

/**
 * Makes a backup of the state at a revision or a time from what a cluster's masters have archived,
 * each in a folder of its own; or from one such folder. Throws `UserError`.
 */
export async function backupOfArchive(
  archive: { readonly folder: string; readonly to: ArchivePoint },
  path: string,
  parts: { disk: Disk; clock: Clock; log: Log; context: CallContext },
): Promise<void> {
  const { disk, clock, log, context } = parts
  const { signal, progress } = context
  const folders = await archivesIn(disk, archive.folder)
  const failures: ArchiveError[] = []
  for (const folder of folders) {
    progress(`Reading ${folder} ...`)
    try {
      const ports = { disk, openEngine: levelEngines(), clock, log, signal }
      const onProgress = ({ revision, entries }: { revision: number; entries: number }) =>
        progress(`  ${entries} entries, revision ${revision}`)
      const made = await backupFromArchive({ ...ports, folder, path, to: archive.to, onProgress })
      progress(`The state at revision ${made.revision}.`)
      return
    } catch (error) {
      // Another member's may have what this one lacks.
      if (!(error instanceof ArchiveError)) throw error
      failures.push(error)
    }
  }
  throw new UserError(furthest(failures) ?? `${archive.folder}: there is no archive here`)
}

/** What to say when several fail: the archive that comes nearest. */
function furthest(failures: readonly ArchiveError[]): string | undefined {
  const ends = failures.filter(({ endRevision }) => endRevision !== undefined)
  const [far] = ends.sort((a, b) => (b.endRevision ?? 0) - (a.endRevision ?? 0))
  if (!far || failures.length === 1) return failures[0]?.message
  return `none of ${failures.length} archives goes on so far; the furthest is ${far.message}`
}

/** The furthest first. */
async function archivesIn(disk: Disk, folder: string): Promise<string[]> {
  const names = await disk.list(folder).catch((error: unknown) => {
    const isAbsent = error instanceof DiskError && error.code === 'not-found'
    if (isAbsent) throw new UserError(`${folder}: no such folder`)
    throw error
  })
  const found: { folder: string; end: number }[] = []
  for (const each of [folder, ...names.map((name) => `${folder}/${name}`)]) {
    const end = await archiveEnd(disk, each).catch(() => undefined)
    if (end !== undefined) found.push({ folder: each, end })
  }
  return found.sort((a, b) => b.end - a.end).map((each) => each.folder)
}
