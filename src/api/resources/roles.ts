import { dropEmptyRules } from '../defaults/index.ts'
import type { Role } from '../rbac/index.ts'
import { Role as declared } from '../rbac/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { pathSegmentErrors, validateRole, withMetadata } from '../validation/index.ts'

export const roles: Resource<Role> = defineResource<Role>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'Role',
  plural: 'roles',
  struct: declared,
  strategy: defineStrategy<Role>({
    prepareForCreate: dropEmptyRules,
    prepareForUpdate: dropEmptyRules,
    ...withMetadata<Role>(
      { namespaced: true, nameErrors: pathSegmentErrors },
      { create: validateRole },
    ),
  }),
})
