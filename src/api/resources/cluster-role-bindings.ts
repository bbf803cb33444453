import { bindingColumns } from '../columns/index.ts'
import { defaultBinding } from '../defaults/index.ts'
import type { ClusterRoleBinding } from '../rbac/index.ts'
import { ClusterRoleBinding as declared } from '../rbac/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  pathSegmentErrors,
  validateClusterRoleBinding,
  validateRoleRefUpdate,
  withMetadata,
} from '../validation/index.ts'

export const clusterRoleBindings: Resource<ClusterRoleBinding> = defineResource<ClusterRoleBinding>(
  {
    group: 'rbac.authorization.k8s.io',
    version: 'v1',
    kind: 'ClusterRoleBinding',
    plural: 'clusterrolebindings',
    namespaced: false,
    struct: declared,
    columns: bindingColumns,
    strategy: defineStrategy<ClusterRoleBinding>({
      applyDefaults: defaultBinding,
      ...withMetadata<ClusterRoleBinding>(
        { namespaced: false, nameErrors: pathSegmentErrors },
        {
          create: validateClusterRoleBinding,
          update: (binding, old) => [
            ...validateClusterRoleBinding(binding),
            ...validateRoleRefUpdate(binding, old),
          ],
        },
      ),
    }),
  },
)
