import type { DaemonSet } from '../apps/index.ts'
import { DaemonSet as declared } from '../apps/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const daemonSets: Resource<DaemonSet> = defineResource<DaemonSet>({
  group: 'apps',
  version: 'v1',
  kind: 'DaemonSet',
  plural: 'daemonsets',
  shortNames: ['ds'],
  categories: ['all'],
  struct: declared,
  strategy: defineStrategy<DaemonSet>({
    ...specStatus,
    ...withMetadata<DaemonSet>({ namespaced: true, nameErrors: dns1123SubdomainErrors }, {}),
  }),
  hasStatus: true,
})
