import type { RoleBinding } from '../rbac/index.ts'
import { RoleBinding as declared } from '../rbac/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { pathSegmentErrors, withMetadata } from '../validation/index.ts'

export const roleBindings: Resource<RoleBinding> = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  struct: declared,
  strategy: defineStrategy<RoleBinding>({
    ...withMetadata<RoleBinding>({ namespaced: true, nameErrors: pathSegmentErrors }, {}),
  }),
})
