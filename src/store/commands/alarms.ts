import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { Alarm, AlarmType } from '../alarms/index.ts'
import { Tag } from '../payload.ts'
import type { Command } from './command.ts'

const { ACTIVATE, DEACTIVATE } = pb.AlarmRequest.AlarmAction

/** Commands about alarms. */
export const alarmCommands = {
  [Tag.alarm]: (payload, { alarms, mvcc }) => {
    const { action, memberID: memberId, alarm: type } = pb.AlarmRequest.decode(payload.subarray(1))
    const alarm: Alarm = { memberId, alarm: type as AlarmType }
    const { revision } = mvcc
    if (action === ACTIVATE) {
      return { kind: 'alarm', revision, alarms: alarms.raise(alarm) ? [alarm] : [] }
    }
    if (action === DEACTIVATE) {
      return { kind: 'alarm', revision, alarms: alarms.clear(alarm) ? [alarm] : [] }
    }
    return { kind: 'alarm', revision, alarms: alarms.all(alarm.alarm) }
  },
} satisfies Partial<Record<Tag, Command>>
