import type { DeepReadonly } from '../../base/index.ts'
import type {
  ExpressionWarning,
  ValidatingAdmissionPolicy,
  Variable,
} from '../admissionregistration/index.ts'
import { T } from '../cel/index.ts'
import type { Resource } from '../schema/index.ts'
import { celTypeOfStruct } from './declared-types.ts'
import { admissionVariables, compileFor, compileVariables } from './variables.ts'

type Policy = DeepReadonly<ValidatingAdmissionPolicy>
type Rule = NonNullable<NonNullable<Policy['spec']['matchConstraints']>['resourceRules']>[number]

/** Types against which the expressions of one rule are checked at most. */
const TYPES_MAX = 10

/**
 * Doubts about a policy's expressions: what makes no sense for a kind that its rules name. They
 * change nothing of how it works.
 */
export function typeCheckPolicy(
  { spec }: Policy,
  resources: readonly Resource[],
): ExpressionWarning[] {
  const kinds = kindsOf(spec.matchConstraints?.resourceRules ?? [], resources)
  const { apiVersion, kind } = spec.paramKind ?? {}
  const params = resources.find((one) => `${versionOf(one)}` === apiVersion && one.kind === kind)
  const warnings: ExpressionWarning[] = []
  const check = (fieldRef: string, expression: string) => {
    const faults = kinds.flatMap((resource) => {
      const fault = faultOf(expression, { resource, params, variables: spec.variables ?? [] })
      return fault === undefined ? [] : [`${kindText(resource)}: ${fault}\n`]
    })
    if (faults.length > 0) warnings.push({ fieldRef, warning: faults.join('\n') })
  }
  for (const [i, { expression, messageExpression }] of (spec.validations ?? []).entries()) {
    check(`spec.validations[${i}].expression`, expression)
    if (messageExpression) check(`spec.validations[${i}].messageExpression`, messageExpression)
  }
  return warnings
}

const versionOf = ({ group, version }: Resource) => (group === '' ? version : `${group}/${version}`)
const kindText = ({ group, version, kind }: Resource) => `${group}/${version}, Kind=${kind}`

function faultOf(
  expression: string,
  of: { resource: Resource; params: Resource | undefined; variables: readonly Variable[] },
): string | undefined {
  const { resource, params } = of
  const object = celTypeOfStruct(resource.struct)
  // As upstream, which does not know the request's own resource here.
  const { 'authorizer.requestResource': _, ...known } = admissionVariables({
    namespaceObject: true,
  })
  const base = {
    ...known,
    object,
    oldObject: object,
    ...(params && { params: celTypeOfStruct(params.struct) }),
  }
  const { scope } = compileVariables(of.variables, base)
  const { error } = compileFor(expression, { variables: scope, types: [T.dyn] })
  return error?.replace(/^compilation failed: /, '')
}

// Kinds that rules name without wildcards, in the order of their names.
function kindsOf(rules: readonly Rule[], resources: readonly Resource[]): Resource[] {
  const found = new Set<Resource>()
  for (const rule of rules) {
    for (const resource of namedBy(rule, resources)) found.add(resource)
    if (found.size >= TYPES_MAX) break
  }
  const key = ({ group, version, kind }: Resource) => `${group}\0${version}\0${kind}`
  return [...found].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

function namedBy(rule: Rule, resources: readonly Resource[]): readonly Resource[] {
  const { apiGroups = [], apiVersions = [] } = rule
  const isOpen = (names: readonly string[]) => names.some((name) => name.includes('*'))
  if (isOpen(apiGroups) || isOpen(apiVersions)) return []
  const names = (rule.resources ?? []).filter((name) => !/[*/]/.test(name))
  const named = resources.filter(
    ({ group, version, plural }) =>
      apiGroups.includes(group) && apiVersions.includes(version) && names.includes(plural),
  )
  return named.slice(0, TYPES_MAX)
}
