import { asV2, type ConfChange, type ConfChangeV2 } from './conf-change.ts'
import { ConfChanger, restoreMembership } from './conf-changer.ts'
import type { Raft } from './raft.ts'
import { broadcastAppend, maybeSendAppend } from './replication.ts'
import type { ConfState, Snapshot } from './types.ts'

/** A change of the group's configuration takes effect. Throws `ConfChangeError`. */
export function applyConfChange(raft: Raft, change: ConfChange | ConfChangeV2): ConfState {
  const changer = new ConfChanger(raft.membership, raft.log.lastIndex())
  const { config, progress } = changer.change(asV2(change))
  raft.membership.switchTo(config, progress)
  switched(raft)
  return raft.membership.confState()
}

/** The configuration becomes what a restart or a snapshot says. */
export function restoreConfiguration(raft: Raft, confState: ConfState): void {
  raft.membership.clear()
  restoreMembership(raft.membership, confState, raft.log.lastIndex())
  switched(raft)
}

/** A follower's log and configuration become those of a snapshot (Raft §7). */
export function restoreSnapshot(raft: Raft, snapshot: Snapshot): void {
  raft.log.restore(snapshot)
  restoreConfiguration(raft, snapshot.metadata.confState)
}

function switched(raft: Raft): void {
  const { config, progress } = raft.membership
  raft.trace({ kind: 'config-switched', config })
  const own = progress.get(raft.id)
  raft.isLearner = own?.isLearner ?? false
  if (raft.role !== 'leader') return
  if (!own || own.isLearner) {
    // It leads until the change is committed on the new members, unless told otherwise.
    if (raft.config.stepDownOnRemoval) raft.becomeFollower(raft.term, 0)
    return
  }
  if (raft.maybeCommit()) {
    broadcastAppend(raft)
  } else {
    // A new member is probed at once.
    for (const id of progress.keys()) {
      if (id !== raft.id) maybeSendAppend(raft, id, { sendIfEmpty: false })
    }
  }
  if (!raft.membership.isVoter(raft.leadTransferee)) raft.leadTransferee = 0
}
