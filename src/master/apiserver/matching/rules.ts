import type { AdmissionAttributes, AdmissionResource, Operation } from '../admission/attributes.ts'

/** Which requests a webhook or policy is about. */
export interface RequestRule {
  readonly operations?: readonly string[]
  readonly apiGroups?: readonly string[]
  readonly apiVersions?: readonly string[]
  readonly resources?: readonly string[]
  readonly resourceNames?: readonly string[]
  readonly scope?: string
}

/** What a rule looks at, of a request as it is or seen as another version of its resource. */
export interface Aspect {
  readonly operation: Operation
  readonly resource: AdmissionResource
  readonly subresource: string
  readonly name: string
  readonly namespace: string
}

export function aspectOf(attributes: AdmissionAttributes, resource = attributes.resource): Aspect {
  const { operation, subresource, name, namespace } = attributes
  return { operation, resource, subresource, name, namespace }
}

const has = (values: readonly string[] | undefined, wanted: string) =>
  (values ?? []).some((value) => value === '*' || value === wanted)

export function matchesRule(rule: RequestRule, aspect: Aspect): boolean {
  const { resource, operation, name } = aspect
  if (!has(rule.operations, operation) || !has(rule.apiGroups, resource.group)) return false
  if (!has(rule.apiVersions, resource.version)) return false
  const names = rule.resourceNames ?? []
  if (names.length > 0 && !names.includes(name)) return false
  return matchesScope(rule.scope, aspect) && matchesResource(rule.resources, aspect)
}

function matchesScope(scope = '*', { resource, namespace }: Aspect): boolean {
  if (scope === '*') return true
  // A namespace is no part of itself: requests about it are cluster-scoped.
  const isNamespace = resource.group === '' && resource.plural === 'namespaces'
  const namespaced = namespace !== '' && !isNamespace
  return (scope === 'Namespaced') === namespaced
}

function matchesResource(patterns: readonly string[] = [], { resource, subresource }: Aspect) {
  return patterns.some((pattern) => {
    const [plural = '', sub = ''] = pattern.split('/')
    if (plural !== '*' && plural !== resource.plural) return false
    return sub === '*' || sub === subresource
  })
}
