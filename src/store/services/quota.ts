import { type Disk, type Log, withTimeout } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import { AlarmType, DiskRoom, Quota } from '../alarms/index.ts'
import type { ServiceContext } from './context.ts'
import type { MaintenanceService } from './maintenance.ts'

const { ACTIVATE, DEACTIVATE } = pb.AlarmRequest.AlarmAction
/** Members ask one another whether they have room on their disks. */
const TOPIC = 'disk-room'
const NOTHING = new Uint8Array(0)
const YES = Uint8Array.of(1)
const ASK_MS = 500

/** Where a member's data is. Absent: on no disk. */
export interface StoragePlace {
  readonly disk: Disk
  readonly folder: string
}

/** This member's quota, with its alarm in the replicated state. */
export function quotaOf(
  context: ServiceContext,
  options: {
    quotaBytes: number
    log: Log
    maintenance: MaintenanceService
    storage: StoragePlace | undefined
  },
): Quota {
  const { state, clock, member } = context
  const { quotaBytes, log, maintenance, storage } = options
  const memberId = BigInt(member.status().id)
  const set = async (action: number, call: { signal: AbortSignal }) => {
    await maintenance.alarm({ action, memberID: memberId, alarm: AlarmType.noSpace }, call)
  }
  const room = roomOn(storage, () => state.backend.pendingBytes)
  member.answer(TOPIC, async () => ((await room.isLow()) ? NOTHING : YES))
  return new Quota({
    clock,
    log,
    quotaBytes,
    sizeBytes: () => state.backend.sizeBytes(),
    inUseBytes: () => state.backend.inUseBytes,
    flush: () => state.flush(),
    async giveBack() {
      await state.flush()
      await state.backend.compact()
    },
    logHasRoom: () => member.diskHasRoom(),
    room,
    isNeeded: () => isNeeded(context),
    isRaised: () => state.alarms.has({ memberId, alarm: AlarmType.noSpace }),
    raise: (call) => set(ACTIVATE, call),
    clear: (call) => set(DEACTIVATE, call),
  })
}

function roomOn(storage: StoragePlace | undefined, pendingBytes: () => number) {
  if (storage) return new DiskRoom({ ...storage, pendingBytes })
  const nothing = () => Promise.resolve()
  const isLow = () => Promise.resolve(false)
  return { isLow, isAmple: () => Promise.resolve(true), reserve: nothing, relieve: nothing }
}

/** Whether too few of the others are up and have room. */
async function isNeeded({ member, clock }: ServiceContext): Promise<boolean> {
  const { id: self } = member.status()
  const voters = member.members().filter(({ isLearner }) => !isLearner)
  const others = voters.filter(({ id }) => id !== self && member.upForMs(id) !== undefined)
  const asked = others.map(async ({ id: to }) => {
    const question = { to, topic: TOPIC, body: NOTHING }
    const late = () => new Error('no answer in time')
    try {
      const answer = await withTimeout(clock, ASK_MS, late, (signal) =>
        member.ask(question, { signal }),
      )
      return answer.length > 0
    } catch {
      return false
    }
  })
  const haveRoom = (await Promise.all(asked)).filter(Boolean).length
  return haveRoom < Math.floor(voters.length / 2) + 1
}
