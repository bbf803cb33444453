import { EXTENSION_POINTS, type PluginChoice, type SchedulerConfig } from './types.ts'

export const DEFAULT_SCHEDULER_NAME = 'default-scheduler'

/** kube-scheduler's default plugins, in their order and with their weights. */
const DEFAULT_WEIGHTS: Readonly<Record<string, number>> = {
  SchedulingGates: 0,
  PrioritySort: 0,
  NodeUnschedulable: 0,
  NodeName: 0,
  TaintToleration: 3,
  NodeAffinity: 2,
  NodePorts: 0,
  NodeResourcesFit: 1,
  VolumeRestrictions: 0,
  NodeVolumeLimits: 0,
  VolumeBinding: 0,
  VolumeZone: 0,
  PodTopologySpread: 2,
  InterPodAffinity: 2,
  DefaultPreemption: 0,
  NodeResourcesBalancedAllocation: 1,
  ImageLocality: 1,
  DefaultBinder: 0,
}

export function defaultChoices(): PluginChoice[] {
  return Object.entries(DEFAULT_WEIGHTS).map(([name, weight]) => ({
    name,
    weight,
    points: new Set(EXTENSION_POINTS),
    args: {},
  }))
}

export const DEFAULT_CONFIG: SchedulerConfig = {
  profiles: [{ schedulerName: DEFAULT_SCHEDULER_NAME, plugins: defaultChoices() }],
  extenders: [],
  percentageOfNodesToScore: 0,
  initialBackoffMs: 1_000,
  maxBackoffMs: 10_000,
}
