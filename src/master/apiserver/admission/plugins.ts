import { namespaceLifecycle } from './namespace-lifecycle.ts'
import { nodeTaints } from './node-taints.ts'
import type { MakePlugin, PluginName } from './plugin.ts'
import { podPriority } from './pod-priority.ts'
import { podServiceAccount } from './pod-service-account.ts'
import { podTolerations } from './pod-tolerations.ts'

/** The plugins that there are, by name. `PLUGIN_ORDER` says when each runs. */
export const PLUGINS: Readonly<Partial<Record<PluginName, MakePlugin>>> = {
  NamespaceLifecycle: namespaceLifecycle,
  ServiceAccount: podServiceAccount,
  TaintNodesByCondition: nodeTaints,
  Priority: podPriority,
  DefaultTolerationSeconds: podTolerations,
}
