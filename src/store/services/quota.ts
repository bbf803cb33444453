import type { Log } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import { AlarmType, Quota } from '../alarms/index.ts'
import type { ServiceContext } from './context.ts'
import type { MaintenanceService } from './maintenance.ts'

const { ACTIVATE, DEACTIVATE } = pb.AlarmRequest.AlarmAction

/** This member's quota, with its alarm in the replicated state. */
export function quotaOf(
  context: ServiceContext,
  options: { quotaBytes: number; log: Log; maintenance: MaintenanceService },
): Quota {
  const { state, clock, member } = context
  const { quotaBytes, log, maintenance } = options
  const memberId = BigInt(member.status().id)
  const set = async (action: number, call: { signal: AbortSignal }) => {
    await maintenance.alarm({ action, memberID: memberId, alarm: AlarmType.noSpace }, call)
  }
  return new Quota({
    clock,
    log,
    quotaBytes,
    sizeBytes: () => state.backend.sizeBytes(),
    inUseBytes: () => state.backend.inUseBytes,
    async giveBack() {
      await state.flush()
      await state.backend.compact()
    },
    diskHasRoom: () => member.diskHasRoom(),
    isNeeded() {
      const voters = member.members().filter(({ isLearner }) => !isLearner)
      const up = voters.filter(({ id }) => member.upForMs(id) !== undefined).length
      return up - 1 < Math.floor(voters.length / 2) + 1
    },
    isRaised: () => state.alarms.has({ memberId, alarm: AlarmType.noSpace }),
    raise: (call) => set(ACTIVATE, call),
    clear: (call) => set(DEACTIVATE, call),
  })
}
