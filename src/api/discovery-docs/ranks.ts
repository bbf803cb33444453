import type { GroupVersion } from './documents.ts'

/** How far ahead a version stands, as its APIService says: more is further ahead. */
export interface Rank {
  readonly groupPriorityMinimum: number
  readonly versionPriority: number
}

/** Ranks of the groups that every API server has, of the versions in them below. */
const GROUP_RANK: Readonly<Record<string, number>> = {
  '': 18_000,
  apps: 17_800,
  'events.k8s.io': 17_750,
  'authentication.k8s.io': 17_700,
  'authorization.k8s.io': 17_600,
  autoscaling: 17_500,
  batch: 17_400,
  'certificates.k8s.io': 17_300,
  'networking.k8s.io': 17_200,
  policy: 17_100,
  'rbac.authorization.k8s.io': 17_000,
  'storage.k8s.io': 16_800,
  'admissionregistration.k8s.io': 16_700,
  'apiextensions.k8s.io': 16_700,
  'scheduling.k8s.io': 16_600,
  'coordination.k8s.io': 16_500,
  'node.k8s.io': 16_300,
  'discovery.k8s.io': 16_200,
  'flowcontrol.apiserver.k8s.io': 16_100,
  'resource.k8s.io': 15_900,
}
const VERSION_RANK = 15
const OTHER_VERSION_RANK: Readonly<Record<string, number>> = {
  'v1.': 1,
  'v2.autoscaling': 30,
  'v1.flowcontrol.apiserver.k8s.io': 21,
}
/** The aggregator's own group, of which there is no APIService. */
const AGGREGATOR = 'apiregistration.k8s.io'
const AGGREGATOR_RANK: Rank = { groupPriorityMinimum: 20_001, versionPriority: 15 }

/** Of custom resources' versions (apiextensions' `crdRegistrationController`). */
export const CUSTOM_RANK: Rank = { groupPriorityMinimum: 1_000, versionPriority: 100 }

/** Of a version that every API server has. */
export function localRank({ group, version }: GroupVersion): Rank | undefined {
  const groupPriorityMinimum = GROUP_RANK[group]
  if (groupPriorityMinimum === undefined) return undefined
  const versionPriority = OTHER_VERSION_RANK[`${version}.${group}`] ?? VERSION_RANK
  return { groupPriorityMinimum, versionPriority }
}

/** Where no APIService says otherwise. */
export function usualRank(of: GroupVersion): Rank {
  return of.group === AGGREGATOR ? AGGREGATOR_RANK : (localRank(of) ?? CUSTOM_RANK)
}
