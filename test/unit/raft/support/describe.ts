import { asV2, decodeConfChange } from '../../../../src/raft/conf-change.ts'
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type ConfChange,
  type ConfChangeSingle,
  type ConfChangeV2,
  type ConfState,
  type Entry,
  type HardState,
  type Message,
  type ProgressState,
  type RaftId,
  type Ready,
  type Role,
  type Snapshot,
} from '../../../../src/raft/index.ts'
import type { GroupConfig } from '../../../../src/raft/membership.ts'
import type { Progress } from '../../../../src/raft/progress.ts'

// The texts in which etcd's raft describes its state; the published scripts expect them.

export function messageType(type: Message['type']): string {
  return `Msg${camel(type)}`
}

export function roleName(role: Role): string {
  return `State${camel(role)}`
}

export function changesText(change: ConfChange | ConfChangeV2): string {
  const letters = {
    'add-node': 'v',
    'add-learner-node': 'l',
    'remove-node': 'r',
    'update-node': 'u',
  }
  return asV2(change)
    .changes.map(({ type, nodeId }) => `${letters[type]}${nodeId}`)
    .join(' ')
}

/** Reads `v1 l2 r3 u4`. */
export function parseChanges(text: string): ConfChangeSingle[] {
  const types: Readonly<Record<string, ConfChangeSingle['type']>> = {
    v: 'add-node',
    l: 'add-learner-node',
    r: 'remove-node',
    u: 'update-node',
  }
  return text
    .split(' ')
    .filter((token) => token !== '')
    .map((token) => {
      const type = types[token.slice(0, 1)]
      if (!type) throw new Error(`unknown change ${token}`)
      return { type, nodeId: Number(token.slice(1)) }
    })
}

export function changeText(change: ConfChange | ConfChangeV2): string {
  const { transition, changes } = asV2(change)
  const singles = changes.map(
    (c) => ` changes:{type:ConfChange${camel(c.type)} node_id:${c.nodeId}}`,
  )
  return `transition:ConfChangeTransition${camel(transition)}${singles.join('')}`
}

export function groupText(config: GroupConfig): string {
  const outgoing = config.outgoing.size > 0 ? `&&${setText(config.outgoing)}` : ''
  const learners = config.learners.size > 0 ? ` learners=${setText(config.learners)}` : ''
  const next = config.learnersNext.size > 0 ? ` learners_next=${setText(config.learnersNext)}` : ''
  const autoLeave = config.autoLeave ? ' autoleave' : ''
  return `voters=${setText(config.incoming)}${outgoing}${learners}${next}${autoLeave}`
}

export interface ProgressTextInput {
  readonly state: ProgressState
  readonly match: number
  readonly next: number
  readonly isLearner: boolean
  readonly isPaused: boolean
  readonly pendingSnapshot: number
  readonly recentActive: boolean
  readonly inflightMessages: number
  readonly inflightFull: boolean
}

export function progressText(p: ProgressTextInput): string {
  const inflight = p.inflightMessages > 0 ? ` inflight=${p.inflightMessages}` : ''
  return [
    `State${camel(p.state)} match=${p.match} next=${p.next}`,
    p.isLearner ? ' learner' : '',
    p.isPaused ? ' paused' : '',
    p.pendingSnapshot > 0 ? ` pendingSnap=${p.pendingSnapshot}` : '',
    p.recentActive ? '' : ' inactive',
    inflight,
    inflight && p.inflightFull ? '[full]' : '',
  ].join('')
}

/** Of a leader's own bookkeeping, where `progressText` takes what `status` shows. */
export function liveProgressText(p: Progress): string {
  const { state, match, next, isLearner, isPaused, pendingSnapshot, recentActive, inflights } = p
  return progressText({
    state,
    match,
    next,
    isLearner,
    isPaused,
    pendingSnapshot,
    recentActive,
    inflightMessages: inflights.count,
    inflightFull: inflights.full,
  })
}

export function entryText(entry: Entry): string {
  const types = {
    normal: 'EntryNormal',
    'conf-change': 'EntryConfChange',
    'conf-change-v2': 'EntryConfChangeV2',
  }
  const payload =
    entry.type === 'normal'
      ? JSON.stringify(new TextDecoder().decode(entry.data))
      : changesText(decodeConfChange(entry))
  return `${entry.term}/${entry.index} ${types[entry.type]}${payload && ` ${payload}`}`
}

export function entriesText(entries: readonly Entry[]): string {
  return entries.map((entry) => `${entryText(entry)}\n`).join('')
}

export function messageText(m: Message, indent = ''): string {
  const parts = [
    `${indent}${target(m.from)}->${target(m.to)} ${messageType(m.type)}`,
    ` Term:${m.term} Log:${m.logTerm}/${m.index}`,
    m.reject ? ` Rejected (Hint: ${m.rejectHint})` : '',
    m.commit > 0 ? ` Commit:${m.commit}` : '',
    m.vote > 0 ? ` Vote:${m.vote}` : '',
  ]
  const [first, ...rest] = m.entries
  if (first && rest.length === 0) parts.push(` Entries:[${entryText(first)}]`)
  else if (first) {
    const lines = m.entries.map((entry) => `\n${indent}  ${entryText(entry)}`)
    parts.push(` Entries:[${lines.join('')}\n${indent}]`)
  }
  if (m.snapshot) parts.push(`\n${indent}  Snapshot: ${snapshotText(m.snapshot)}`)
  if (m.responses.length > 0) {
    const lines = m.responses.map((r) => `\n${messageText(r, `${indent}  `)}`)
    parts.push(` Responses:[${lines.join('')}\n${indent}]`)
  }
  return parts.join('')
}

export function readyText(ready: Ready): string {
  const { softState, hardState, snapshot } = ready
  const parts: string[] = []
  if (softState) parts.push(`Lead:${softState.leader} State:${roleName(softState.role)}\n`)
  if (hardState) parts.push(`HardState ${hardStateText(hardState)}\n`)
  if (ready.entries.length > 0) parts.push(`Entries:\n${entriesText(ready.entries)}`)
  if (snapshot) parts.push(`Snapshot ${snapshotText(snapshot)}\n`)
  if (ready.committedEntries.length > 0) {
    parts.push(`CommittedEntries:\n${entriesText(ready.committedEntries)}`)
  }
  if (ready.messages.length > 0) {
    parts.push(`Messages:\n${ready.messages.map((m) => `${messageText(m)}\n`).join('')}`)
  }
  if (parts.length === 0) return '<empty Ready>'
  return `Ready MustSync=${ready.mustSync}:\n${parts.join('')}`
}

function hardStateText({ term, vote, commit }: HardState): string {
  return `Term:${term}${vote > 0 ? ` Vote:${vote}` : ''} Commit:${commit}`
}

function snapshotText({ metadata }: Snapshot): string {
  return `Index:${metadata.index} Term:${metadata.term} ConfState:${confStateText(metadata.confState)}`
}

function confStateText(state: ConfState): string {
  const list = (ids: readonly RaftId[]) => `[${ids.join(' ')}]`
  return [
    `Voters:${list(state.voters)} VotersOutgoing:${list(state.votersOutgoing)}`,
    ` Learners:${list(state.learners)} LearnersNext:${list(state.learnersNext)}`,
    ` AutoLeave:${state.autoLeave}`,
  ].join('')
}

function target(id: RaftId): string {
  if (id === 0) return 'None'
  if (id === APPEND_THREAD) return 'AppendThread'
  if (id === APPLY_THREAD) return 'ApplyThread'
  return id.toString(16)
}

function setText(ids: ReadonlySet<RaftId>): string {
  return `(${[...ids]
    .sort((a, b) => a - b)
    .map((id) => id.toString(16))
    .join(' ')})`
}

function camel(kebab: string): string {
  return kebab
    .split('-')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('')
}
