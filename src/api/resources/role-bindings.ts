import { bindingColumns } from '../columns/index.ts'
import { defaultBinding } from '../defaults/index.ts'
import type { RoleBinding } from '../rbac/index.ts'
import { RoleBinding as declared } from '../rbac/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  pathSegmentErrors,
  validateRoleBinding,
  validateRoleRefUpdate,
  withMetadata,
} from '../validation/index.ts'

export const roleBindings: Resource<RoleBinding> = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  struct: declared,
  columns: bindingColumns,
  strategy: defineStrategy<RoleBinding>({
    applyDefaults: defaultBinding,
    ...withMetadata<RoleBinding>(
      { namespaced: true, nameErrors: pathSegmentErrors },
      {
        create: validateRoleBinding,
        update: (binding, old) => [
          ...validateRoleBinding(binding),
          ...validateRoleRefUpdate(binding, old),
        ],
      },
    ),
  }),
})
