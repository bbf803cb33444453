export { Archiver, type ArchiverOptions } from './archiver.ts'
export {
  archiveEnd,
  ArchiveError,
  type ArchivePoint,
  backupFromArchive,
  type ReplayOptions,
} from './replay.ts'
