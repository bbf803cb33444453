import { statefulSetColumns } from '../columns/index.ts'
import type { StatefulSet } from '../apps/index.ts'
import { StatefulSet as declared } from '../apps/index.ts'
import { defaultStatefulSet } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { formatLabelSelector } from '../selectors/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateStatefulSetSpec,
  validateStatefulSetStatus,
  validateStatefulSetUpdate,
  withMetadata,
} from '../validation/index.ts'
import { scaleSubresource } from './scale.ts'
import { warnStatefulSet } from '../warnings/index.ts'

export const statefulSets: Resource<StatefulSet> = defineResource<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  shortNames: ['sts'],
  categories: ['all'],
  struct: declared,
  columns: statefulSetColumns,
  strategy: defineStrategy<StatefulSet>({
    applyDefaults: defaultStatefulSet,
    warn: warnStatefulSet,

    ...specStatus,
    prepareForCreate(set) {
      set.status = { replicas: 0 }
      set.metadata.generation = 1
    },
    ...withMetadata<StatefulSet>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: (set) => validateStatefulSetSpec(set.spec),
        update: validateStatefulSetUpdate,
        status: validateStatefulSetStatus,
      },
    ),
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
  subresources: { scale: scaleSubresource },
})
