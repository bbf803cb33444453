import type { RoleRef, Subject } from '../rbac/index.ts'

const GROUP = 'rbac.authorization.k8s.io'

/** Roles, users and groups are of RBAC's own group, where nothing else is said. */
export function defaultBinding(binding: { roleRef: RoleRef; subjects?: Subject[] }): void {
  if (binding.roleRef && !binding.roleRef.apiGroup) binding.roleRef.apiGroup = GROUP
  for (const subject of binding.subjects ?? []) {
    if (subject.apiGroup) continue
    if (subject.kind === 'User' || subject.kind === 'Group') subject.apiGroup = GROUP
  }
}

/** No rules are none at all, as in what upstream stores. */
export function dropEmptyRules(role: { rules?: readonly unknown[] }): void {
  if (role.rules?.length === 0) delete role.rules
}
