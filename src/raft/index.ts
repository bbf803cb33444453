export type {
  ConfChange,
  ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  ConfChangeV2,
} from './conf-change.ts'
export { asV2, decodeConfChange, encodeConfChange } from './conf-change.ts'
export type { RaftConfig, ReadOnlyMode } from './config.ts'
export {
  CompactedError,
  ConfChangeError,
  RaftConfigError,
  SnapshotOutOfDateError,
  SnapshotTemporarilyUnavailableError,
  UnavailableError,
} from './errors.ts'
export type { RaftEvent } from './events.ts'
export {
  emptyConfState,
  emptyHardState,
  emptySnapshot,
  MemoryStorage,
} from './memory-storage.ts'
export { APPEND_THREAD, APPLY_THREAD, message } from './message.ts'
export type { ProgressState } from './progress.ts'
export { RawNode } from './raw-node.ts'
export type {
  DropReason,
  ProgressStatus,
  ProposalResult,
  RaftStatus,
  RaftSummary,
  Ready,
  StepResult,
} from './ready.ts'
export type * from './types.ts'
