import type { Role } from '../rbac/index.ts'
import { Role as declared } from '../rbac/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { pathSegmentErrors, withMetadata } from '../validation/index.ts'

export const roles: Resource<Role> = defineResource<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  struct: declared,
  strategy: defineStrategy<Role>({
    ...withMetadata<Role>({ namespaced: true, nameErrors: pathSegmentErrors }, {}),
  }),
})
