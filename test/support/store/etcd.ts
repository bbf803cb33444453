import { type Clock, type Engine, silentLog } from '../../../src/base/index.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'
import {
  EtcdState,
  EtcdStore,
  type EtcdStoreOptions,
  type Outcome,
} from '../../../src/store/index.ts'
import { MemoryEngine } from './memory-engine.ts'
import { SingleMember } from './single-member.ts'

export interface TestEtcd {
  readonly state: EtcdState
  readonly member: SingleMember<Outcome>
  readonly store: EtcdStore
  close(): Promise<void>
}

/** The etcd layer on a group of one, in memory unless an engine is given. */
export async function openEtcd(
  options: { engine?: Engine; clock?: Clock } & Partial<EtcdStoreOptions> = {},
): Promise<TestEtcd> {
  const { engine = new MemoryEngine(), clock = systemClock, ...rest } = options
  const state = await EtcdState.open({ engine, clock, log: silentLog })
  const member = new SingleMember(state)
  const ports = { member, state, clock, log: silentLog, random: systemRandom() }
  const store = new EtcdStore({ ...ports, ...rest })
  return {
    state,
    member,
    store,
    async close() {
      store.close()
      await state.close()
    },
  }
}

export const call = { signal: new AbortController().signal }

export function bytes(text: string): Uint8Array {
  return Buffer.from(text)
}

export function text(value: Uint8Array): string {
  return Buffer.from(value).toString()
}
