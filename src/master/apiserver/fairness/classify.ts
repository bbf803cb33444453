import type { DeepReadonly } from '../../../base/index.ts'
import type { FlowSchema, PolicyRulesWithSubjects } from '../../../api/index.ts'
import type { Attributes } from '../authz/attributes.ts'
import { accountName, type User } from '../user.ts'

type Schema = DeepReadonly<FlowSchema>
type Rules = DeepReadonly<PolicyRulesWithSubjects>

/** Where a request belongs: its schema, and within it the flow that shares a queue. */
export interface Flow {
  readonly schema: Schema
  readonly level: string
  /** The user or the namespace; empty when the schema tells no flows apart. */
  readonly distinguisher: string
}

/** Pure: schemas in the order in which they are tried. */
export function inOrder(schemas: readonly Schema[]): Schema[] {
  const precedence = ({ spec }: Schema) => spec.matchingPrecedence ?? 1000
  const name = ({ metadata }: Schema) => metadata.name ?? ''
  return [...schemas].sort((a, b) => precedence(a) - precedence(b) || (name(a) < name(b) ? -1 : 1))
}

/** Pure: the first schema, in the order given, that the request matches. */
export function classify(schemas: readonly Schema[], asked: Attributes): Flow | undefined {
  for (const schema of schemas) {
    const { rules, distinguisherMethod, priorityLevelConfiguration } = schema.spec
    if (!(rules ?? []).some((rule) => matches(rule, asked))) continue
    const namespace = asked.kind === 'resource' ? asked.namespace : ''
    const by = distinguisherMethod?.type
    const distinguisher = by === 'ByUser' ? asked.user.name : by === 'ByNamespace' ? namespace : ''
    return { schema, level: priorityLevelConfiguration.name, distinguisher }
  }
  return undefined
}

function matches(rule: Rules, asked: Attributes): boolean {
  if (!rule.subjects.some((subject) => isSubject(subject, asked.user))) return false
  if (asked.kind === 'path') {
    return (rule.nonResourceRules ?? []).some(
      ({ verbs, nonResourceURLs }) =>
        has(verbs, asked.verb) && nonResourceURLs.some((url) => fits(url, asked.path)),
    )
  }
  const { verb, group, subresource, namespace } = asked
  const resource = subresource === '' ? asked.resource : `${asked.resource}/${subresource}`
  return (rule.resourceRules ?? []).some((each) => {
    if (!has(each.verbs, verb) || !has(each.apiGroups, group)) return false
    if (!has(each.resources, resource)) return false
    return namespace === '' ? each.clusterScope === true : has(each.namespaces ?? [], namespace)
  })
}

const has = (list: readonly string[], value: string) => list.includes('*') || list.includes(value)

function fits(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true
  return pattern.endsWith('/*') && path.startsWith(pattern.slice(0, -1))
}

function isSubject(subject: Rules['subjects'][number], { name, groups }: User): boolean {
  switch (subject.kind) {
    case 'User':
      return subject.user?.name === '*' || subject.user?.name === name
    case 'Group':
      return subject.group?.name === '*' || groups.includes(subject.group?.name ?? '')
    case 'ServiceAccount': {
      const { namespace = '', name: account = '' } = subject.serviceAccount ?? {}
      if (account === '*') return name.startsWith(accountName({ namespace, name: '' }))
      return name === accountName({ namespace, name: account })
    }
    default:
      return false
  }
}
