import { ConfChangeError } from './errors.ts'
import { bytesField, type Field, readFields, varintField } from './protobuf.ts'
import type { Entry, EntryType, RaftId } from './types.ts'

/** `add-node` makes a voter of a new member or a learner; `update-node` changes nothing in Raft. */
export type ConfChangeType = 'add-node' | 'remove-node' | 'update-node' | 'add-learner-node'

/** One change of one member (raftpb.ConfChange): the payload of a `conf-change` entry. */
export interface ConfChange {
  /** Chosen by the proposer, opaque to Raft. Default 0. */
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

/** The empty change, which leaves a joint configuration. Its payload is empty as well. */
export const leaveJointChange: ConfChangeV2 = { transition: 'auto', changes: [] }

/** The same operation in the newer form. */
export function asV2(change: ConfChange | ConfChangeV2): ConfChangeV2 {
  if ('changes' in change) return change
  const { type, nodeId, context } = change
  return { transition: 'auto', changes: [{ type, nodeId }], ...(context && { context }) }
}

/** The entry's type and payload, in raftpb's encoding. */
export function encodeConfChange(change: ConfChange | ConfChangeV2): {
  type: EntryType
  data: Uint8Array
} {
  if ('changes' in change) return { type: 'conf-change-v2', data: encodeV2(change) }
  const bytes = [
    ...varintField(1, change.id ?? 0n),
    ...varintField(2, TYPES.indexOf(change.type)),
    ...varintField(3, change.nodeId),
  ]
  if (change.context) bytes.push(...bytesField(4, change.context))
  return { type: 'conf-change', data: Uint8Array.from(bytes) }
}

/** Reads an entry's payload. Throws `ConfChangeError` for what is no configuration change. */
export function decodeConfChange(entry: Pick<Entry, 'type' | 'data'>): ConfChange | ConfChangeV2 {
  return entry.type === 'conf-change' ? decodeV1(entry.data) : decodeV2(entry.data)
}

// In the order of their protobuf numbers.
const TYPES = ['add-node', 'remove-node', 'update-node', 'add-learner-node'] as const
const TRANSITIONS = ['auto', 'joint-implicit', 'joint-explicit'] as const

function encodeV2(change: ConfChangeV2): Uint8Array {
  if (isLeaveJoint(change) && !change.context) return new Uint8Array(0)
  const bytes = varintField(1, TRANSITIONS.indexOf(change.transition))
  for (const { type, nodeId } of change.changes) {
    const single = [...varintField(1, TYPES.indexOf(type)), ...varintField(2, nodeId)]
    bytes.push(...bytesField(2, Uint8Array.from(single)))
  }
  if (change.context) bytes.push(...bytesField(3, change.context))
  return Uint8Array.from(bytes)
}

function decodeV1(data: Uint8Array): ConfChange {
  let id = 0n
  let type: ConfChangeType = 'add-node'
  let nodeId = 0
  let context: Uint8Array | undefined
  for (const field of readFields(data)) {
    if (field.number === 1) id = field.varint
    else if (field.number === 2) type = oneOf(TYPES, field)
    else if (field.number === 3) nodeId = Number(field.varint)
    else if (field.number === 4) context = field.bytes
  }
  return { id, type, nodeId, ...(context && { context }) }
}

function decodeV2(data: Uint8Array): ConfChangeV2 {
  let transition: ConfChangeTransition = 'auto'
  const changes: ConfChangeSingle[] = []
  let context: Uint8Array | undefined
  for (const field of readFields(data)) {
    if (field.number === 1) transition = oneOf(TRANSITIONS, field)
    else if (field.number === 2) changes.push(decodeSingle(field.bytes))
    else if (field.number === 3) context = field.bytes
  }
  return { transition, changes, ...(context && { context }) }
}

function decodeSingle(data: Uint8Array): ConfChangeSingle {
  let type: ConfChangeType = 'add-node'
  let nodeId = 0
  for (const field of readFields(data)) {
    if (field.number === 1) type = oneOf(TYPES, field)
    else if (field.number === 2) nodeId = Number(field.varint)
  }
  return { type, nodeId }
}

function oneOf<T>(values: readonly T[], field: Field): T {
  const value = values[Number(field.varint)]
  if (value === undefined) {
    throw new ConfChangeError(`unknown value ${field.varint} in field ${field.number}`)
  }
  return value
}

/** Whether a change asks to leave a joint configuration. */
export function isLeaveJoint(change: ConfChangeV2): boolean {
  return change.transition === 'auto' && change.changes.length === 0
}

/** Whether a change needs joint consensus, and if so whether it is left automatically. */
export function jointMode(change: ConfChangeV2): 'simple' | 'auto-leave' | 'explicit-leave' {
  if (change.transition === 'joint-explicit') return 'explicit-leave'
  if (change.transition === 'joint-implicit' || change.changes.length > 1) return 'auto-leave'
  return 'simple'
}
