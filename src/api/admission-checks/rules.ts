import type { MatchResources, NamedRuleWithOperations } from '../admissionregistration/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  duplicate,
  goStrings,
  invalid,
  notSupported,
  required,
  validateLabelSelector,
} from '../validation/index.ts'

const OPERATIONS = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE']
const SCOPES = ['*', 'Cluster', 'Namespaced']
export const MATCH_POLICIES: readonly string[] = ['Equivalent', 'Exact']
export const FAILURE_POLICIES: readonly string[] = ['Fail', 'Ignore']

/** What a policy or binding is about. */
export function validateMatchResources(
  match: MatchResources | undefined,
  path: string,
): FieldError[] {
  if (!match) return []
  const errors: FieldError[] = []
  const { matchPolicy, namespaceSelector, objectSelector } = match
  if (matchPolicy === undefined) errors.push(required(`${path}.matchPolicy`))
  else if (!MATCH_POLICIES.includes(matchPolicy)) {
    errors.push(notSupported(`${path}.matchPolicy`, matchPolicy, MATCH_POLICIES))
  }
  for (const [name, selector] of Object.entries({ namespaceSelector, objectSelector })) {
    if (selector) errors.push(...validateLabelSelector(selector, `${path}.${name}`))
    else errors.push(required(`${path}.${name}`))
  }
  for (const [i, rule] of (match.resourceRules ?? []).entries()) {
    errors.push(...validateNamedRule(rule, `${path}.resourceRules[${i}]`))
  }
  for (const [i, rule] of (match.excludeResourceRules ?? []).entries()) {
    errors.push(...validateNamedRule(rule, `${path}.excludeResourceRules[${i}]`))
  }
  return errors
}

function validateNamedRule(rule: NamedRuleWithOperations, path: string): FieldError[] {
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [i, name] of (rule.resourceNames ?? []).entries()) {
    const at = `${path}.resourceNames[${i}]`
    for (const why of segmentErrors(name)) errors.push(invalid(at, name, why))
    if (seen.has(name)) errors.push(duplicate(at, name))
    seen.add(name)
  }
  return [...errors, ...validateRule(rule, path)]
}

/** Names that cannot be a part of a path (apimachinery `IsValidPathSegmentName`). */
export function segmentErrors(name: string): string[] {
  if (name === '.' || name === '..') return [`may not be '${name}'`]
  return ['/', '%'].flatMap((illegal) =>
    name.includes(illegal) ? [`may not contain '${illegal}'`] : [],
  )
}

type Rule = Pick<
  NamedRuleWithOperations,
  'operations' | 'apiGroups' | 'apiVersions' | 'resources' | 'scope'
>

/** Which requests are meant: operations, groups, versions, resources. */
export function validateRule(rule: Rule, path: string): FieldError[] {
  const { operations = [], apiGroups = [], apiVersions = [], resources = [], scope } = rule
  const errors = [
    ...lonely(operations, `${path}.operations`, {
      what: 'operations',
      type: 'admissionregistration.OperationType',
    }),
    ...operations.flatMap((operation, i) =>
      OPERATIONS.includes(operation)
        ? []
        : [notSupported(`${path}.operations[${i}]`, operation, OPERATIONS)],
    ),
    ...lonely(apiGroups, `${path}.apiGroups`, { what: 'API groups' }),
    ...lonely(apiVersions, `${path}.apiVersions`, { what: 'API versions' }),
  ]
  for (const [i, version] of apiVersions.entries()) {
    if (version === '') errors.push(required(`${path}.apiVersions[${i}]`))
  }
  errors.push(...validateResources(resources, `${path}.resources`))
  if (scope !== undefined && !SCOPES.includes(scope)) {
    errors.push(notSupported(`${path}.scope`, scope, SCOPES))
  }
  return errors
}

// A star stands for all, and so by itself.
function lonely(
  values: readonly string[],
  path: string,
  of: { what: string; type?: string },
): FieldError[] {
  if (values.length === 0) return [required(path)]
  if (values.length === 1 || !values.includes('*')) return []
  const why = `if '*' is present, must not specify other ${of.what}`
  return [invalid(path, goStrings(values, of.type ?? 'string'), why)]
}

function validateResources(resources: readonly string[], path: string): FieldError[] {
  if (resources.length === 0) return [required(path)]
  const errors: FieldError[] = []
  const whole = (why: string) => errors.push(invalid(path, goStrings(resources), why))
  for (const [i, name] of resources.entries()) {
    const at = `${path}[${i}]`
    if (name === '') {
      errors.push(required(at))
      continue
    }
    const [resource = '', subresource] = name.split('/')
    if (subresource === undefined || name === '*/*') continue
    if (resource !== '*' && resources.includes(`*/${subresource}`)) {
      const why = `if '*/${subresource}' is present, must not specify ${name}`
      errors.push(invalid(at, name, why))
    }
    if (subresource !== '*' && resources.includes(`${resource}/*`)) {
      const why = `if '${resource}/*' is present, must not specify ${name}`
      errors.push(invalid(at, name, why))
    }
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    whole("if '*/*' is present, must not specify other resources")
  }
  const others = resources.filter((name) => name !== '*' && !name.includes('/'))
  if (resources.includes('*') && others.length > 0) {
    whole("if '*' is present, must not specify other resources without subresources")
  }
  return errors
}
