export { type BackupStream, backupOf, receiveSnapshot, saveSnapshot } from './save.ts'
export {
  SnapshotFile,
  SnapshotFileError,
  type SnapshotStatus,
  snapshotStatus,
} from './snapshot-file.ts'
