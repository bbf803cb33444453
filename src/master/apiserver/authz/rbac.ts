import type { User } from '../user.ts'
import { aggregated, type Authorizer, NO_OPINION, type PolicyRule } from './authorizer.ts'
import type { BindingIndex } from './binding-index.ts'
import type { RoleReader, Binding, RoleRef, Subject } from './role-reader.ts'
import { ruleAllows } from './rules.ts'

/** One rule that applies to a user, or a binding whose role cannot be had. */
type Found =
  | { readonly rule: PolicyRule; readonly source: () => string }
  | { readonly error: string }

/** Role-based access: what the roles that are bound to a user or one of its groups allow. */
export class Rbac implements Authorizer {
  readonly #roles: RoleReader

  constructor(roles: RoleReader) {
    this.#roles = roles
  }

  authorize(attributes: Parameters<Authorizer['authorize']>[0]) {
    const { user } = attributes
    const namespace = attributes.kind === 'path' ? '' : attributes.namespace
    const errors: string[] = []
    for (const found of this.#visit(user, namespace)) {
      if ('error' in found) errors.push(found.error)
      else if (ruleAllows(found.rule, attributes)) {
        return { kind: 'allow', reason: `RBAC: allowed by ${found.source()}` } as const
      }
    }
    if (errors.length === 0) return NO_OPINION
    return { kind: 'none', reason: `RBAC: ${aggregated(errors)}` } as const
  }

  rulesFor(user: User, namespace: string) {
    const rules: PolicyRule[] = []
    const errors: string[] = []
    for (const found of this.#visit(user, namespace)) {
      if ('error' in found) errors.push(found.error)
      else rules.push(found.rule)
    }
    return { rules, errors, incomplete: false }
  }

  /** The rules of the role that a binding in `namespace` names; the error's text without it. */
  rulesOf(ref: RoleRef, namespace: string): readonly PolicyRule[] | string {
    if (ref.kind !== 'Role' && ref.kind !== 'ClusterRole') {
      return `unsupported role reference kind: ${JSON.stringify(ref.kind)}`
    }
    const rules =
      ref.kind === 'Role' ? this.#roles.role(namespace, ref.name) : this.#clusterRole(ref)
    const kind = ref.kind.toLowerCase()
    const missing = `${kind}.rbac.authorization.k8s.io ${JSON.stringify(ref.name)} not found`
    return rules ?? missing
  }

  #clusterRole(ref: RoleRef): readonly PolicyRule[] | undefined {
    return this.#roles.clusterRole(ref.name)
  }

  *#visit(user: User, namespace: string): Generator<Found> {
    yield* this.#bound(user, this.#roles.clusterRoleBindings(), '')
    if (namespace !== '') yield* this.#bound(user, this.#roles.roleBindings(namespace), namespace)
  }

  *#bound(user: User, bindings: BindingIndex, namespace: string): Generator<Found> {
    for (const { binding, subject } of bindings.boundTo(user)) {
      const rules = this.rulesOf(binding.roleRef, namespace)
      if (typeof rules === 'string') {
        yield { error: rules }
        continue
      }
      const source = () => describeSource(binding, subject, namespace)
      for (const rule of rules) yield { rule, source }
    }
  }
}

function describeSource(binding: Binding, subject: Subject, namespace: string): string {
  const { roleRef, name } = binding
  const kind = namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'
  const at = JSON.stringify(namespace === '' ? name : `${name}/${namespace}`)
  const isAccount = subject.kind === 'ServiceAccount'
  const to = isAccount ? `${subject.name}/${subject.namespace || namespace}` : subject.name
  const role = `${roleRef.kind} ${JSON.stringify(roleRef.name)}`
  return `${kind} ${at} of ${role} to ${subject.kind} ${JSON.stringify(to)}`
}
