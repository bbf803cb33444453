import type { StatefulSet } from '../apps/index.ts'
import { StatefulSet as declared } from '../apps/index.ts'
import type { Resource } from '../schema/index.ts'
import { formatLabelSelector } from '../selectors/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'
import { scaleSubresource } from './scale.ts'

export const statefulSets: Resource<StatefulSet> = defineResource<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  struct: declared,
  strategy: defineStrategy<StatefulSet>({
    ...specStatus,
    ...withMetadata<StatefulSet>({ namespaced: true, nameErrors: dns1123SubdomainErrors }, {}),
  }),
  hasStatus: true,
  scale: {
    replicas: ({ spec }) => spec.replicas ?? 0,
    setReplicas: (object, replicas) => {
      object.spec.replicas = replicas
    },
    statusReplicas: ({ status }) => status?.replicas ?? 0,
    selector: ({ spec }) => formatLabelSelector(spec.selector),
  },
  subresources: {
    scale: scaleSubresource,
  },
})
