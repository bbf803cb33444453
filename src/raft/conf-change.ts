import type { RaftId } from './types.ts'

/** `add-node` makes a voter of a new member or a learner; `update-node` changes nothing in Raft. */
export type ConfChangeType = 'add-node' | 'remove-node' | 'update-node' | 'add-learner-node'

/** One change of one member (raftpb.ConfChange): the payload of a `conf-change` entry. */
export interface ConfChange {
  /** Chosen by the proposer, opaque to Raft. */
  readonly id?: bigint
  readonly type: ConfChangeType
  readonly nodeId: RaftId
  /** Opaque to Raft: the store puts the member's name and addresses here. */
  readonly context?: Uint8Array
}

export interface ConfChangeSingle {
  readonly type: ConfChangeType
  readonly nodeId: RaftId
}

/**
 * `auto`: joint consensus if more than one voter changes, left automatically; `joint-implicit`:
 * always joint, left automatically; `joint-explicit`: always joint, left by an empty change.
 */
export type ConfChangeTransition = 'auto' | 'joint-implicit' | 'joint-explicit'

/** Several changes at once (raftpb.ConfChangeV2, Raft §6). Without changes it leaves a joint state. */
export interface ConfChangeV2 {
  readonly transition: ConfChangeTransition
  readonly changes: readonly ConfChangeSingle[]
  readonly context?: Uint8Array
}
