import { replicaSetColumns } from '../columns/index.ts'
import type { ReplicaSet } from '../apps/index.ts'
import { ReplicaSet as declared } from '../apps/index.ts'
import { defaultReplicaSet } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { formatLabelSelector } from '../selectors/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateReplicaSetStatus,
  validateReplicaSetSpec,
  validateSelectorKept,
  withMetadata,
} from '../validation/index.ts'
import { scaleSubresource } from './scale.ts'
import { warnWorkload } from '../warnings/index.ts'

export const replicaSets: Resource<ReplicaSet> = defineResource<ReplicaSet>({
  group: 'apps',
  version: 'v1',
  kind: 'ReplicaSet',
  plural: 'replicasets',
  shortNames: ['rs'],
  categories: ['all'],
  struct: declared,
  columns: replicaSetColumns,
  strategy: defineStrategy<ReplicaSet>({
    applyDefaults: defaultReplicaSet,
    warn: warnWorkload({ named: true }),

    ...specStatus,
    prepareForCreate(set) {
      set.status = { replicas: 0 }
      set.metadata.generation = 1
    },
    ...withMetadata<ReplicaSet>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: (set) => validateReplicaSetSpec(set.spec),
        update: (set, old) => [
          ...validateReplicaSetSpec(set.spec),
          ...validateSelectorKept(set.spec.selector, old.spec.selector),
        ],
        asNew: 'before',
        status: validateReplicaSetStatus,
      },
    ),
  }),
  hasStatus: true,
  scale: {
    replicas: (set) => set.spec.replicas ?? 0,
    setReplicas: (set, replicas) => {
      set.spec.replicas = replicas
    },
    statusReplicas: (set) => set.status?.replicas ?? 0,
    selector: (set) => formatLabelSelector(set.spec.selector),
  },
  subresources: { scale: scaleSubresource },
})
