import type { KubeObject } from '../../../api/index.ts'
import type { DeepReadonly } from '../../../base/index.ts'
import type { Lookup } from '../admission/index.ts'
import type { PolicyRule } from './authorizer.ts'
import { BindingIndex } from './binding-index.ts'
import type { Binding, RoleReader } from './role-reader.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Roles and bindings as the watch caches have them. */
export function cachedRoles(lookup: Lookup): RoleReader {
  const rules = (plural: string, at: { namespace?: string; name: string }) => {
    const found = lookup.cached<Role>({ group: GROUP, plural }, at)
    return found && (found.rules ?? [])
  }
  // A list stays the same array until something in it changes.
  const indexes = new WeakMap<readonly unknown[], BindingIndex>()
  const bindings = (plural: string, namespace = '') => {
    const of = { group: GROUP, plural }
    const objects = lookup.list(of, namespace === '' ? {} : { namespace })
    let index = indexes.get(objects)
    if (!index) {
      index = new BindingIndex(objects.map(bindingOf), namespace)
      indexes.set(objects, index)
    }
    return index
  }
  return {
    role: (namespace, name) => rules('roles', { namespace, name }),
    clusterRole: (name) => rules('clusterroles', { name }),
    roleBindings: (namespace) => bindings('rolebindings', namespace),
    clusterRoleBindings: () => bindings('clusterrolebindings'),
  }
}

interface Role extends KubeObject {
  readonly rules?: readonly PolicyRule[] | null
}

function bindingOf(object: DeepReadonly<KubeObject>): Binding {
  const { roleRef, subjects } = object as Partial<Pick<Binding, 'roleRef' | 'subjects'>>
  return {
    name: object.metadata.name ?? '',
    roleRef: roleRef ?? { kind: '', name: '' },
    subjects: subjects ?? [],
  }
}
