import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { Backend, BackendEntry } from '../mvcc/index.ts'

/** etcd's `AlarmType`: `noSpace` refuses what would grow, `corrupt` nearly everything. */
export const AlarmType = { none: 0, noSpace: 1, corrupt: 2 } as const
export type AlarmType = (typeof AlarmType)[keyof typeof AlarmType]

/** An alarm, and the member that has it. */
export interface Alarm {
  readonly memberId: bigint
  readonly alarm: AlarmType
}

const NOTHING = new Uint8Array(0)

/** The alarms that are raised: replicated, in etcd's bucket `alarm`. */
export class AlarmBook {
  readonly #backend: Backend
  readonly #alarms = new Map<string, Alarm>()

  constructor(backend: Backend) {
    this.#backend = backend
  }

  static async read(backend: Backend): Promise<AlarmBook> {
    const book = new AlarmBook(backend)
    for await (const [name] of backend.entries('alarm')) book.restore(name)
    return book
  }

  restore(name: Uint8Array): void {
    const { memberID: memberId, alarm } = pb.AlarmMember.decode(name)
    if (alarm === AlarmType.noSpace || alarm === AlarmType.corrupt) {
      this.#alarms.set(keyOf({ memberId, alarm }), { memberId, alarm })
    }
  }

  /** Whether any member has an alarm of this type. */
  any(type: AlarmType): boolean {
    for (const { alarm } of this.#alarms.values()) if (alarm === type) return true
    return false
  }

  has(alarm: Alarm): boolean {
    return this.#alarms.has(keyOf(alarm))
  }

  /** Those of one type, or of all when it is none. */
  all(type: AlarmType = AlarmType.none): Alarm[] {
    const all = [...this.#alarms.values()]
    return all.filter(({ alarm }) => type === AlarmType.none || alarm === type)
  }

  /** Whether it is new. */
  raise(alarm: Alarm): boolean {
    if (this.has(alarm) || alarm.alarm === AlarmType.none) return false
    this.#alarms.set(keyOf(alarm), alarm)
    this.#backend.set('alarm', nameOf(alarm), NOTHING)
    return true
  }

  /** Whether there was such an alarm. */
  clear(alarm: Alarm): boolean {
    if (!this.#alarms.delete(keyOf(alarm))) return false
    this.#backend.set('alarm', nameOf(alarm), undefined)
    return true
  }

  /** As it is kept in snapshots. */
  entries(): BackendEntry[] {
    return this.all().map((alarm) => ({ bucket: 'alarm', key: nameOf(alarm), value: NOTHING }))
  }
}

function keyOf({ memberId, alarm }: Alarm): string {
  return `${memberId} ${alarm}`
}

function nameOf({ memberId: memberID, alarm }: Alarm): Uint8Array {
  return pb.AlarmMember.encode({ memberID, alarm }).finish()
}
