import type { RaftEvent } from '../../../../src/raft/index.ts'
import { changeText, groupText, liveProgressText, messageType } from './describe.ts'

export const LEVELS = ['DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL', 'NONE'] as const
export type Level = (typeof LEVELS)[number]

type Line = readonly [level: Level, text: string]

/** The line that etcd's raft logs in the place of an event; undefined where it logs none. */
export function etcdLogLine(id: number, event: RaftEvent): Line | undefined {
  return (
    electionLine(id, event) ?? replicationLine(id, event) ?? groupLine(id, event) ?? logLine(event)
  )
}

function electionLine(id: number, e: RaftEvent): Line | undefined {
  switch (e.kind) {
    case 'became':
      return ['INFO', `${id} became ${e.role} at term ${e.term}`]
    case 'election-started':
      return ['INFO', `${id} is starting a new election at term ${e.term}`]
    case 'not-promotable':
      return ['WARN', `${id} is unpromotable and can not campaign`]
    case 'conf-change-unapplied':
      return [
        'WARN',
        `${id} cannot campaign at term ${e.term} since there are still pending configuration changes to apply`,
      ]
    case 'vote-requested':
      return [
        'INFO',
        `${id} ${entryId(e.last)} sent ${messageType(e.type)} request to ${e.to} at term ${e.term}`,
      ]
    case 'vote-received': {
      const rejection = e.granted ? '' : ' rejection'
      return [
        'INFO',
        `${id} received ${messageType(e.type)}${rejection} from ${e.from} at term ${e.term}`,
      ]
    }
    case 'votes-counted':
      return [
        'INFO',
        `${id} has received ${e.granted} ${messageType(e.type)} votes and ${e.rejected} vote rejections`,
      ]
    case 'vote-cast':
    case 'vote-rejected':
    case 'vote-ignored': {
      const [verb, link] = {
        'vote-cast': ['cast', 'for'],
        'vote-rejected': ['rejected', 'from'],
        'vote-ignored': ['ignored', 'from'],
      }[e.kind]
      const own = `[logterm: ${e.last.term}, index: ${e.last.index}, vote: ${e.vote}]`
      const why =
        e.kind === 'vote-ignored'
          ? `: lease is not expired (remaining ticks: ${e.remainingTicks})`
          : ''
      const text = `${id} ${own} ${verb} ${messageType(e.type)} ${link} ${e.from}`
      return ['INFO', `${text} ${entryId(e.candidateLast)} at term ${e.term}${why}`]
    }
    case 'term-higher':
      return [
        'INFO',
        `${id} [term: ${e.term}] received a ${messageType(e.type)} message with higher term from ${e.from} [term: ${e.messageTerm}]`,
      ]
    case 'term-lower':
      return [
        'INFO',
        `${id} [term: ${e.term}] ignored a ${messageType(e.type)} message with lower term from ${e.from} [term: ${e.messageTerm}]`,
      ]
    case 'append-of-lower-term':
      return [
        'INFO',
        `${id} [term: ${e.term}] ignored entry appends from a ${messageType(e.type)} message with lower term [term: ${e.messageTerm}]`,
      ]
    case 'quorum-lost':
      return ['WARN', `${id} stepped down to follower since quorum is not active`]
    case 'leader-forgotten':
      return ['INFO', `${id} forgetting leader ${e.leader} at term ${e.term}`]
    case 'forget-refused':
      return ['ERROR', 'ignoring MsgForgetLeader due to ReadOnlyLeaseBased']
    default:
      return undefined
  }
}

function replicationLine(id: number, e: RaftEvent): Line | undefined {
  switch (e.kind) {
    case 'append-rejected':
      return [
        'DEBUG',
        `${id} [logterm: ${e.ownTerm}, index: ${e.previous.index}] rejected MsgApp ${entryId(e.previous)} from ${e.from}`,
      ]
    case 'append-refused':
      return [
        'DEBUG',
        `${id} received MsgAppResp(rejected, hint: (index ${e.hint.index}, term ${e.hint.term})) from ${e.from} for index ${e.index}`,
      ]
    case 'progress-decreased':
      return ['DEBUG', `${id} decreased progress of ${e.id} to [${liveProgressText(e.progress)}]`]
    case 'replication-paused':
      return [
        'DEBUG',
        `${id} paused sending replication messages to ${e.id} [${liveProgressText(e.progress)}]`,
      ]
    case 'snapshot-needless':
      return [
        'DEBUG',
        `${id} recovered from needing snapshot, resumed sending replication messages to ${e.id} [${liveProgressText(e.progress)}]`,
      ]
    case 'snapshot-arrived':
    case 'snapshot-failed': {
      const verb = e.kind === 'snapshot-arrived' ? 'succeeded' : 'failed'
      return [
        'DEBUG',
        `${id} snapshot ${verb}, resumed sending replication messages to ${e.id} [${liveProgressText(e.progress)}]`,
      ]
    }
    case 'unreachable':
      return [
        'DEBUG',
        `${id} failed to send message to ${e.id} because it is unreachable [${liveProgressText(e.progress)}]`,
      ]
    case 'no-progress':
      return ['DEBUG', `${id} no progress available for ${e.id}`]
    case 'snapshot-sent':
      return [
        'DEBUG',
        `${id} [firstindex: ${e.firstIndex}, commit: ${e.commit}] sent snapshot[index: ${e.snapshot.index}, term: ${e.snapshot.term}] to ${e.to} [${liveProgressText(e.progress)}]`,
      ]
    case 'snapshot-not-sent':
      return e.why === 'inactive'
        ? ['DEBUG', `ignore sending snapshot to ${e.to} since it is not recently active`]
        : [
            'DEBUG',
            `${id} failed to send snapshot to ${e.to} because snapshot is temporarily unavailable`,
          ]
    case 'proposal-dropped':
      return e.reason === 'no-leader'
        ? ['INFO', `${id} no leader at term ${e.term}; dropping proposal`]
        : undefined
    case 'transfer-started':
      return ['INFO', `${id} [term ${e.term}] starts to transfer leadership to ${e.id}`]
    case 'transfer-now':
      return [
        'INFO',
        `${id} sends MsgTimeoutNow to ${e.id} immediately as ${e.id} already has up-to-date log`,
      ]
    case 'timeout-now-received':
      return [
        'INFO',
        `${id} [term ${e.term}] received MsgTimeoutNow from ${e.id} and starts an election to get leadership.`,
      ]
    default:
      return undefined
  }
}

function groupLine(id: number, e: RaftEvent): Line | undefined {
  switch (e.kind) {
    case 'started':
      return [
        'INFO',
        `newRaft ${id} [peers: [${e.peers.join(',')}], term: ${e.term}, commit: ${e.commit}, applied: ${e.applied}, lastindex: ${e.last.index}, lastterm: ${e.last.term}]`,
      ]
    case 'config-switched':
      return ['INFO', `${id} switched to configuration ${groupText(e.config)}`]
    case 'leaving-joint':
      return [
        'INFO',
        `initiating automatic transition out of joint configuration ${groupText(e.config)}`,
      ]
    case 'conf-change-ignored': {
      const why = {
        pending: `possible unapplied conf change at index ${e.pendingIndex} (applied to ${e.applied})`,
        'must-leave-joint': 'must transition out of joint config first',
        'not-joint': 'not in joint state; refusing empty conf change',
      }[e.why]
      return [
        'INFO',
        `${id} ignoring conf change ${changeText(e.change)} at config ${groupText(e.config)}: ${why}`,
      ]
    }
    case 'snapshot-restored':
    case 'snapshot-fast-forwarded': {
      const verb = e.kind === 'snapshot-restored' ? 'restored' : 'fast-forwarded commit to'
      return [
        'INFO',
        `${id} [commit: ${e.commit}, lastindex: ${e.last.index}, lastterm: ${e.last.term}] ${verb} snapshot ${snapshotId(e.snapshot)}`,
      ]
    }
    case 'snapshot-accepted':
    case 'snapshot-ignored': {
      const verb = e.kind === 'snapshot-accepted' ? 'restored' : 'ignored'
      return ['INFO', `${id} [commit: ${e.commit}] ${verb} snapshot ${snapshotId(e.snapshot)}`]
    }
    default:
      return undefined
  }
}

function logLine(e: RaftEvent): Line | undefined {
  switch (e.kind) {
    case 'conflict':
      return [
        'INFO',
        `found conflict at index ${e.existing.index} [existing term: ${e.existing.term}, conflicting term: ${e.conflictingTerm}]`,
      ]
    case 'unstable-replaced':
      return ['INFO', `replace the unstable entries from index ${e.index}`]
    case 'unstable-truncated':
      return ['INFO', `truncate the unstable entries before index ${e.index}`]
    case 'stable-unknown':
      return ['INFO', `entry at index ${e.index} missing from unstable log; ignoring`]
    case 'stable-in-snapshot':
      return ['INFO', `entry at index ${e.index} matched unstable snapshot; ignoring`]
    case 'stable-mismatch':
      return [
        'INFO',
        `entry at (index,term)=(${e.told.index},${e.told.term}) mismatched with entry at (${e.told.index},${e.existingTerm}) in unstable log; ignoring`,
      ]
    case 'log-restoring': {
      const l = e.log
      const state = `committed=${l.committed}, applied=${l.applied}, applying=${l.applying}, unstable.offset=${l.offset}, unstable.offsetInProgress=${l.offsetInProgress}, len(unstable.Entries)=${l.unstableCount}`
      return ['INFO', `log [${state}] starts to restore snapshot ${snapshotId(e.snapshot)}`]
    }
    default:
      return undefined
  }
}

function entryId({ term, index }: { term: number; index: number }): string {
  return `[logterm: ${term}, index: ${index}]`
}

function snapshotId({ term, index }: { term: number; index: number }): string {
  return `[index: ${index}, term: ${term}]`
}
