import {
  type ExtensionPoint,
  type PluginArgs,
  type ProfileConfig,
  SchedulerConfigError,
} from '../config/index.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import type { Plugin, WeightedPlugin } from '../framework/types.ts'
import { balancedAllocation } from './balanced-allocation.ts'
import { defaultPreemption } from './default-preemption.ts'
import { imageLocality } from './image-locality.ts'
import { interPodAffinity } from './inter-pod-affinity.ts'
import { nodeAffinity } from './node-affinity.ts'
import { nodeName } from './node-name.ts'
import { nodePorts } from './node-ports.ts'
import { nodeResourcesFit } from './node-resources-fit.ts'
import { nodeUnschedulable } from './node-unschedulable.ts'
import { nodeVolumeLimits } from './node-volume-limits.ts'
import { podTopologySpread } from './pod-topology-spread.ts'
import { schedulingGates } from './scheduling-gates.ts'
import { taintToleration } from './taint-toleration.ts'
import type { VolumeBinder } from './volume-binder.ts'
import { volumeBinding } from './volume-binding.ts'
import { volumeRestrictions } from './volume-restrictions.ts'
import { volumeZone } from './volume-zone.ts'

/** What plugins are made with. */
export interface PluginParts {
  readonly lookups: ClusterLookups
  /** Absent where no volume is bound, as in tests of single decisions. */
  readonly binder?: VolumeBinder
}

type Factory = (parts: PluginParts, args: PluginArgs) => Plugin

/** Every plugin by the name that profiles call it. */
const PLUGINS: Readonly<Record<string, Factory>> = {
  SchedulingGates: () => schedulingGates,
  NodeUnschedulable: () => nodeUnschedulable,
  NodeName: () => nodeName,
  TaintToleration: () => taintToleration,
  NodeAffinity: (_parts, args) => nodeAffinity(args),
  NodePorts: () => nodePorts,
  NodeResourcesFit: (_parts, args) => nodeResourcesFit(args),
  VolumeRestrictions: ({ lookups }) => volumeRestrictions(lookups),
  NodeVolumeLimits: ({ lookups }) => nodeVolumeLimits(lookups),
  VolumeBinding: ({ lookups, binder }) => volumeBinding(lookups, binder),
  VolumeZone: ({ lookups }) => volumeZone(lookups),
  PodTopologySpread: ({ lookups }, args) => podTopologySpread(lookups, args),
  InterPodAffinity: ({ lookups }, args) => interPodAffinity(lookups, args),
  DefaultPreemption: ({ lookups }, args) => defaultPreemption(lookups, args),
  NodeResourcesBalancedAllocation: (_parts, args) => balancedAllocation(args),
  ImageLocality: () => imageLocality,
}

/** Plugins that every profile has, in the queue and in the binding cycle: they cannot be changed. */
const BUILT_IN = new Set(['PrioritySort', 'DefaultBinder'])

/** The plugins of a profile, in its order. Throws `SchedulerConfigError`. */
export function createPlugins(
  { schedulerName, plugins }: ProfileConfig,
  parts: PluginParts,
): readonly WeightedPlugin[] {
  for (const name of BUILT_IN) {
    const point = name === 'PrioritySort' ? 'queueSort' : 'bind'
    if (plugins.some((choice) => choice.name === name && choice.points.has(point))) continue
    throw new SchedulerConfigError(
      `initializing profile "${schedulerName}": at least one ${point} plugin is needed`,
    )
  }
  return plugins
    .filter(({ name }) => !BUILT_IN.has(name))
    .map(({ name, weight, points, args }) => {
      const make = PLUGINS[name]
      if (!make) {
        throw new SchedulerConfigError(
          `initializing profile "${schedulerName}": plugin "${name}" does not exist`,
        )
      }
      return { plugin: only(make(parts, args), points), weight }
    })
}

/** The plugin at these extension points alone. */
function only(plugin: Plugin, points: ReadonlySet<ExtensionPoint>): Plugin {
  const cut: Partial<Record<keyof Plugin, undefined>> = {}
  const pairs: readonly (readonly [ExtensionPoint, readonly (keyof Plugin)[]])[] = [
    ['preEnqueue', ['preEnqueue']],
    ['preFilter', ['preFilter', 'addPod', 'removePod']],
    ['filter', ['filter']],
    ['postFilter', ['postFilter']],
    ['preScore', ['preScore']],
    ['score', ['score', 'normalize']],
    ['reserve', ['reserve', 'unreserve']],
    ['preBind', ['preBind']],
  ]
  for (const [point, methods] of pairs) {
    if (!points.has(point)) for (const method of methods) cut[method] = undefined
  }
  return { ...plugin, ...cut }
}
