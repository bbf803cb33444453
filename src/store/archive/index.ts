export { Archiver, type ArchiverOptions } from './archiver.ts'
export { ArchiveError, type ArchivePoint, backupFromArchive, type ReplayOptions } from './replay.ts'
