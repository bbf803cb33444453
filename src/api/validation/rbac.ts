import type { DeepReadonly } from '../../base/index.ts'
import {
  type ClusterRole,
  type PolicyRule,
  type Role,
  RoleRef,
  type Subject,
} from '../rbac/index.ts'
import type { FieldError } from '../schema/index.ts'
import { goStrings, invalid, notSupported, required } from './field-errors.ts'
import { goText } from './go-text.ts'
import { validateLabelSelector } from './label-selector.ts'
import { dns1123SubdomainErrors, pathSegmentErrors } from './names.ts'
import { each } from './pod/common.ts'

const GROUP = 'rbac.authorization.k8s.io'

export function validateRole({ rules }: DeepReadonly<Role>): FieldError[] {
  return (rules ?? []).flatMap((rule, i) => ruleErrors(rule, `rules[${i}]`, { namespaced: true }))
}

export function validateClusterRole(role: DeepReadonly<ClusterRole>): FieldError[] {
  const errors = (role.rules ?? []).flatMap((rule, i) =>
    ruleErrors(rule, `rules[${i}]`, { namespaced: false }),
  )
  if (!role.aggregationRule) return errors
  const path = 'aggregationRule.clusterRoleSelectors'
  const selectors = role.aggregationRule.clusterRoleSelectors ?? []
  if (selectors.length === 0) {
    const detail = 'at least one clusterRoleSelector required if aggregationRule is non-nil'
    errors.push(required(path, detail))
  }
  const faults = selectors.flatMap((selector, i) => {
    const found = validateLabelSelector(selector, `${path}[${i}]`)
    if (found.length === 0) return []
    return [...found, invalid(`${path}[${i}]`, undefined, 'invalid label selector.')]
  })
  return [...errors, ...faults]
}

function ruleErrors(
  rule: DeepReadonly<PolicyRule>,
  path: string,
  of: { namespaced: boolean },
): FieldError[] {
  const errors: FieldError[] = []
  const { verbs, apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] } = rule
  if ((verbs ?? []).length === 0) {
    errors.push(required(`${path}.verbs`, 'verbs must contain at least one value'))
  }
  if (nonResourceURLs.length > 0) {
    const wrong = (detail: string) =>
      errors.push(invalid(`${path}.nonResourceURLs`, goStrings(nonResourceURLs), detail))
    if (of.namespaced) wrong('namespaced rules cannot apply to non-resource URLs')
    if (apiGroups.length + resources.length + resourceNames.length > 0) {
      wrong('rules cannot apply to both regular resources and non-resource URLs')
    }
    return errors
  }
  if (apiGroups.length === 0) {
    errors.push(required(`${path}.apiGroups`, 'resource rules must supply at least one api group'))
  }
  if (resources.length === 0) {
    errors.push(required(`${path}.resources`, 'resource rules must supply at least one resource'))
  }
  return errors
}

interface Binding {
  readonly roleRef: DeepReadonly<RoleRef>
  readonly subjects?: readonly DeepReadonly<Subject>[] | undefined
}

/** What is required may be missing all the same: that is what is looked for. */
function given<T extends object>(value: T | undefined): Partial<T> {
  return value ?? {}
}

/** `kinds`: what a binding of this kind may refer to. */
const bindingErrors =
  (kinds: readonly string[], of: { namespaced: boolean }) =>
  ({ roleRef, subjects = [] }: Binding): FieldError[] => {
    const { apiGroup = '', kind = '', name = '' } = given(roleRef)
    const errors: FieldError[] = []
    if (apiGroup !== GROUP) errors.push(notSupported('roleRef.apiGroup', apiGroup, [GROUP]))
    if (!kinds.includes(kind)) errors.push(notSupported('roleRef.kind', kind, kinds))
    if (name === '') errors.push(required('roleRef.name'))
    else errors.push(...each('roleRef.name', name, pathSegmentErrors(name)))
    const ofSubjects = subjects.flatMap((one, i) => subjectErrors(one, `subjects[${i}]`, of))
    return [...errors, ...ofSubjects]
  }

export const validateRoleBinding = bindingErrors(['Role', 'ClusterRole'], { namespaced: true })
export const validateClusterRoleBinding = bindingErrors(['ClusterRole'], { namespaced: false })

/** What a binding refers to stays: another role is another binding. */
export function validateRoleRefUpdate(now: Binding, old: Binding): FieldError[] {
  const { apiGroup = '', kind = '', name = '' } = given(now.roleRef)
  const was = old.roleRef
  if (apiGroup === (was.apiGroup ?? '') && kind === was.kind && name === was.name) return []
  return [invalid('roleRef', goText(RoleRef, now.roleRef), 'cannot change roleRef')]
}

function subjectErrors(
  subject: DeepReadonly<Subject>,
  path: string,
  of: { namespaced: boolean },
): FieldError[] {
  const errors: FieldError[] = []
  const { kind = '', name = '', namespace = '', apiGroup = '' } = given(subject)
  if (name === '') errors.push(required(`${path}.name`))
  switch (kind) {
    case 'ServiceAccount':
      if (name !== '') errors.push(...each(`${path}.name`, name, dns1123SubdomainErrors(name)))
      if (apiGroup !== '') errors.push(notSupported(`${path}.apiGroup`, apiGroup, ['']))
      if (!of.namespaced && namespace === '') errors.push(required(`${path}.namespace`))
      return errors
    case 'User':
    case 'Group':
      if (apiGroup !== GROUP) errors.push(notSupported(`${path}.apiGroup`, apiGroup, [GROUP]))
      return errors
    default:
      errors.push(notSupported(`${path}.kind`, kind, ['ServiceAccount', 'User', 'Group']))
      return errors
  }
}
