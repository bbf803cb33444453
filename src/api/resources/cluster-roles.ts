import { dropEmptyRules } from '../defaults/index.ts'
import type { ClusterRole } from '../rbac/index.ts'
import { ClusterRole as declared } from '../rbac/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { pathSegmentErrors, validateClusterRole, withMetadata } from '../validation/index.ts'

export const clusterRoles: Resource<ClusterRole> = defineResource<ClusterRole>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'ClusterRole',
  plural: 'clusterroles',
  namespaced: false,
  struct: declared,
  strategy: defineStrategy<ClusterRole>({
    prepareForCreate: dropEmptyRules,
    prepareForUpdate: dropEmptyRules,
    ...withMetadata<ClusterRole>(
      { namespaced: false, nameErrors: pathSegmentErrors },
      { create: validateClusterRole },
    ),
  }),
})
