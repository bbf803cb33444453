import { type ConfChangeSingle, type ConfChangeV2, isLeaveJoint, jointMode } from './conf-change.ts'
import { ConfChangeError } from './errors.ts'
import type { GroupConfig, Membership } from './membership.ts'
import { Progress, type ProgressMap } from './progress.ts'
import type { ConfState, LogIndex, RaftId } from './types.ts'

export interface ChangedGroup {
  readonly config: GroupConfig
  readonly progress: ProgressMap
}

/**
 * Works out the configuration that follows from a change (Raft §6; dissertation §4), and leaves the
 * present one alone. Every method throws `ConfChangeError` for a change that would break the group.
 */
export class ConfChanger {
  readonly #current: Membership
  readonly #lastIndex: LogIndex

  constructor(current: Membership, lastIndex: LogIndex) {
    this.#current = current
    this.#lastIndex = lastIndex
  }

  /** What a committed change asks for. */
  change(change: ConfChangeV2): ChangedGroup {
    if (isLeaveJoint(change)) return this.leaveJoint()
    const mode = jointMode(change)
    if (mode === 'simple') return this.simple(change.changes)
    return this.enterJoint(mode === 'auto-leave', change.changes)
  }

  /** At most one voter changes: the old and the new majority overlap by themselves. */
  simple(changes: readonly ConfChangeSingle[]): ChangedGroup {
    const draft = this.#draft()
    if (draft.outgoing.size > 0) {
      throw new ConfChangeError("can't apply simple config change in joint config")
    }
    draft.apply(changes)
    if (difference(this.#current.config.incoming, draft.incoming) > 1) {
      throw new ConfChangeError('more than one voter changed without entering joint config')
    }
    return draft.finish()
  }

  /** Both the old and the new voters must agree until the joint configuration is left. */
  enterJoint(autoLeave: boolean, changes: readonly ConfChangeSingle[]): ChangedGroup {
    const draft = this.#draft()
    if (draft.outgoing.size > 0) throw new ConfChangeError('config is already joint')
    if (draft.incoming.size === 0) {
      throw new ConfChangeError("can't make a zero-voter config joint")
    }
    draft.outgoing = new Set(draft.incoming)
    draft.apply(changes)
    draft.autoLeave = autoLeave
    return draft.finish()
  }

  leaveJoint(): ChangedGroup {
    const draft = this.#draft()
    if (draft.outgoing.size === 0) throw new ConfChangeError("can't leave a non-joint config")
    draft.leaveJoint()
    return draft.finish()
  }

  #draft(): Draft {
    return new Draft(this.#current, this.#lastIndex)
  }
}

/** Builds the membership that a snapshot or a restart describes, from nothing, in place. */
export function restoreMembership(target: Membership, state: ConfState, last: LogIndex): void {
  const changeTo = (changed: ChangedGroup) => target.switchTo(changed.config, changed.progress)
  const add = (ids: readonly RaftId[], type: ConfChangeSingle['type']) =>
    ids.map((nodeId): ConfChangeSingle => ({ type, nodeId }))
  const incoming = [
    ...add(state.votersOutgoing, 'remove-node'),
    ...add(state.voters, 'add-node'),
    ...add(state.learners, 'add-learner-node'),
    ...add(state.learnersNext, 'add-learner-node'),
  ]
  const joint = state.votersOutgoing.length > 0
  for (const change of joint ? add(state.votersOutgoing, 'add-node') : incoming) {
    changeTo(new ConfChanger(target, last).simple([change]))
  }
  if (joint) changeTo(new ConfChanger(target, last).enterJoint(state.autoLeave, incoming))
}

/** A configuration in the making. */
class Draft {
  readonly incoming: Set<RaftId>
  outgoing: Set<RaftId>
  readonly learners: Set<RaftId>
  readonly learnersNext: Set<RaftId>
  autoLeave: boolean
  readonly #progress: ProgressMap
  readonly #lastIndex: LogIndex
  readonly #membership: Membership

  constructor(current: Membership, lastIndex: LogIndex) {
    const { config, progress } = current
    this.incoming = new Set(config.incoming)
    this.outgoing = new Set(config.outgoing)
    this.learners = new Set(config.learners)
    this.learnersNext = new Set(config.learnersNext)
    this.autoLeave = config.autoLeave
    this.#progress = new Map([...progress].map(([id, p]) => [id, p.clone()]))
    this.#lastIndex = lastIndex
    this.#membership = current
  }

  apply(changes: readonly ConfChangeSingle[]): void {
    for (const { type, nodeId } of changes) {
      // A change whose member was taken out by the application: nothing to do.
      if (nodeId === 0) continue
      if (type === 'add-node') this.#makeVoter(nodeId)
      else if (type === 'add-learner-node') this.#makeLearner(nodeId)
      else if (type === 'remove-node') this.#remove(nodeId)
    }
    if (this.incoming.size === 0) throw new ConfChangeError('removed all voters')
  }

  leaveJoint(): void {
    for (const id of this.learnersNext) {
      this.learners.add(id)
      const progress = this.#progress.get(id)
      if (progress) progress.isLearner = true
    }
    this.learnersNext.clear()
    for (const id of this.outgoing) {
      if (!this.incoming.has(id) && !this.learners.has(id)) this.#progress.delete(id)
    }
    this.outgoing = new Set()
    this.autoLeave = false
  }

  /** The result, once its invariants hold. */
  finish(): ChangedGroup {
    for (const id of [...this.incoming, ...this.outgoing, ...this.learners, ...this.learnersNext]) {
      check(this.#progress.has(id), `no progress for ${id}`)
    }
    for (const id of this.learnersNext) {
      check(this.outgoing.has(id), `${id} is in LearnersNext, but not Voters[1]`)
      check(!this.#isLearner(id), `${id} is in LearnersNext, but is already marked as learner`)
    }
    for (const id of this.learners) {
      check(!this.outgoing.has(id), `${id} is in Learners and Voters[1]`)
      check(!this.incoming.has(id), `${id} is in Learners and Voters[0]`)
      check(this.#isLearner(id), `${id} is in Learners, but is not marked as learner`)
    }
    const { incoming, outgoing, learners, learnersNext, autoLeave } = this
    return {
      config: { incoming, outgoing, learners, learnersNext, autoLeave },
      progress: this.#progress,
    }
  }

  #isLearner(id: RaftId): boolean {
    return this.#progress.get(id)?.isLearner === true
  }

  #makeVoter(id: RaftId): void {
    const progress = this.#progress.get(id)
    if (progress) progress.isLearner = false
    else this.#addProgress(id, false)
    this.learners.delete(id)
    this.learnersNext.delete(id)
    this.incoming.add(id)
  }

  #makeLearner(id: RaftId): void {
    const progress = this.#progress.get(id)
    if (!progress) {
      this.#addProgress(id, true)
      this.learners.add(id)
      return
    }
    if (progress.isLearner) return
    this.#remove(id)
    this.#progress.set(id, progress)
    // An outgoing voter keeps its vote until the joint configuration is left.
    if (this.outgoing.has(id)) {
      this.learnersNext.add(id)
    } else {
      progress.isLearner = true
      this.learners.add(id)
    }
  }

  #remove(id: RaftId): void {
    if (!this.#progress.has(id)) return
    this.incoming.delete(id)
    this.learners.delete(id)
    this.learnersNext.delete(id)
    if (!this.outgoing.has(id)) this.#progress.delete(id)
  }

  #addProgress(id: RaftId, isLearner: boolean): void {
    const progress = new Progress({
      // Probing from the end of the log finds the match, or the need of a snapshot, at once.
      next: Math.max(this.#lastIndex, 1),
      isLearner,
      inflights: this.#membership.inflightBounds,
    })
    // A new member gets a full period before the quorum check counts it as lost.
    progress.recentActive = true
    this.#progress.set(id, progress)
  }
}

function check(holds: boolean, message: string): void {
  if (!holds) throw new ConfChangeError(message)
}

/** How many ids are in one set alone. */
function difference(a: ReadonlySet<RaftId>, b: ReadonlySet<RaftId>): number {
  let count = 0
  for (const id of a) if (!b.has(id)) count++
  for (const id of b) if (!a.has(id)) count++
  return count
}
