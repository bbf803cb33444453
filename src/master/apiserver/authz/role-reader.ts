import type { PolicyRule } from './authorizer.ts'
import type { BindingIndex } from './binding-index.ts'

/** Where RBAC finds roles and bindings: parsed once for each of their revisions. */
export interface RoleReader {
  role(namespace: string, name: string): readonly PolicyRule[] | undefined
  clusterRole(name: string): readonly PolicyRule[] | undefined
  roleBindings(namespace: string): BindingIndex
  clusterRoleBindings(): BindingIndex
}

export interface Binding {
  readonly name: string
  readonly roleRef: RoleRef
  readonly subjects: readonly Subject[]
}

export interface RoleRef {
  readonly apiGroup?: string | undefined
  readonly kind: string
  readonly name: string
}

export interface Subject {
  readonly kind: string
  readonly name: string
  readonly namespace?: string | undefined
}
