import type { DeepReadonly } from '../../../base/index.ts'
import type { APIService } from '../../../api/index.ts'
import { systemCall } from '../bootstrap/system-call.ts'
import type { Store } from '../registry/store.ts'
import { timestamp } from '../registry/time.ts'
import { statusRules, updateObject } from '../registry/update.ts'

const AVAILABLE = 'Available'

/** What is found about an APIService. */
export interface Verdict {
  readonly status: 'True' | 'False'
  readonly reason: string
  readonly message: string
}

export const LOCAL: Verdict = {
  status: 'True',
  reason: 'Local',
  message: 'Local APIServices are always available',
}

export function no(reason: string, message: string): Verdict {
  return { status: 'False', reason, message }
}

export function differs({ status }: DeepReadonly<APIService>, verdict: Verdict): boolean {
  const old = status?.conditions?.find(({ type }) => type === AVAILABLE)
  const { reason, message } = verdict
  return old?.status !== verdict.status || old.reason !== reason || old.message !== message
}

/** Writes the condition, unless another master has by now. */
export async function setAvailable(
  store: Store,
  of: { name: string; uid?: string; verdict: Verdict; signal: AbortSignal },
): Promise<void> {
  const { name, uid, verdict, signal } = of
  await updateObject(store, systemCall('', signal), {
    name,
    uid,
    rules: statusRules(store),
    change(object) {
      const service = object as APIService
      if (!differs(service, verdict)) return service
      const conditions = service.status?.conditions ?? []
      const old = conditions.find(({ type }) => type === AVAILABLE)
      const since = old?.status === verdict.status ? old.lastTransitionTime : undefined
      const lastTransitionTime = since ?? timestamp(store.clock.nowMs())
      const others = conditions.filter(({ type }) => type !== AVAILABLE)
      const own = { type: AVAILABLE, ...verdict, lastTransitionTime }
      return Object.assign(service, { status: { conditions: [...others, own] } })
    },
  })
}
