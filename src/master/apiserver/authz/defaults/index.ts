import type { KubeObject } from '../../../../api/index.ts'
import { clusterBindings, type DefaultBinding, namespacedBindings } from './bindings.ts'
import { controllerRoles } from './controller-roles.ts'
import { namespacedRoles } from './namespaced-roles.ts'
import { systemRoles } from './system-roles.ts'
import { metricsReader, userRoles } from './user-roles.ts'
import type { DefaultRole } from './words.ts'

const GROUP = 'rbac.authorization.k8s.io'
/** An operator sets it to `false` to keep a default role as they have changed it. */
export const AUTO_UPDATE = 'rbac.authorization.kubernetes.io/autoupdate'
const AGGREGATE = 'rbac.authorization.k8s.io/aggregate-to-'

/** Roles and bindings of a fresh cluster as objects, by resource, in the order of making them. */
export function defaultRbac(options: {
  readonly metrics: boolean
}): readonly (readonly [plural: string, objects: KubeObject[]])[] {
  const users = options.metrics ? [...userRoles, metricsReader] : userRoles
  const controllers = controllerRoles.map((role) => ({
    ...role,
    name: `system:controller:${role.name}`,
  }))
  return [
    ['clusterroles', [...users, ...systemRoles, ...controllers].map(roleObject)],
    ['clusterrolebindings', clusterBindings.map(bindingObject)],
    ['roles', namespacedRoles.map(roleObject)],
    ['rolebindings', namespacedBindings.map(bindingObject)],
  ]
}

function metadata(of: { name: string; namespace?: string }, labels: Record<string, string> = {}) {
  const { name, namespace } = of
  return {
    name,
    ...(namespace !== undefined && { namespace }),
    labels: { 'kubernetes.io/bootstrapping': 'rbac-defaults', ...labels },
    annotations: { [AUTO_UPDATE]: 'true' },
  }
}

function roleObject(role: DefaultRole & { namespace?: string }): KubeObject {
  const { aggregateTo, aggregates, rules } = role
  const to = aggregateTo?.split(' ') ?? []
  const labels = Object.fromEntries(to.map((name) => [AGGREGATE + name, 'true']))
  const rule = {
    clusterRoleSelectors: [{ matchLabels: { [AGGREGATE + aggregates]: 'true' } }],
  }
  const object = {
    metadata: metadata(role, labels),
    ...(rules && { rules: structuredClone(rules) }),
    ...(aggregates !== undefined && { aggregationRule: rule }),
  }
  return object
}

function bindingObject(binding: DefaultBinding): KubeObject {
  const { role, subjects, namespace } = binding
  const kind = namespace === undefined ? 'ClusterRole' : 'Role'
  const object = {
    metadata: metadata(binding),
    roleRef: { apiGroup: GROUP, kind, name: role },
    ...(subjects.length > 0 && { subjects: structuredClone(subjects) }),
  }
  return object
}
