import type { Clock } from '../../../base/index.ts'
import type { Kv } from '../../../kv/index.ts'
import type { Admit, AdmissionRequest } from '../registry/store.ts'
import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeTaints } from './node-taints.ts'
import type { Lookup } from './lookup.ts'
import { podPriority } from './pod-priority.ts'
import { podServiceAccount } from './pod-service-account.ts'
import { podTolerations } from './pod-tolerations.ts'

/** One step: may change the object of the request, or refuse it by throwing a StatusError. */
export type AdmissionPlugin = (request: AdmissionRequest) => Promise<void> | void

export interface AdmissionContext {
  readonly lookup: Lookup
  readonly clock: Clock
  readonly kv: Kv
}

/** By the names that `--disable-admission-plugins` knows, in the order in which they run. */
const PLUGINS: Readonly<Record<string, (context: AdmissionContext) => AdmissionPlugin>> = {
  NamespaceLifecycle: namespaceLifecycle,
  ServiceAccount: podServiceAccount,
  TaintNodesByCondition: () => nodeTaints,
  Priority: () => podPriority,
  DefaultTolerationSeconds: () => podTolerations,
}

/** All plugins but the disabled ones, one after the other. */
export function admissionChain(
  context: AdmissionContext,
  options: { disabled: readonly string[] },
): Admit {
  const plugins = Object.entries(PLUGINS)
    .filter(([name]) => !options.disabled.includes(name))
    .map(([, make]) => make(context))
  return async (request) => {
    for (const plugin of plugins) await plugin(request)
  }
}
