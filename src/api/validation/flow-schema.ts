import type { DeepReadonly } from '../../base/index.ts'
import {
  FlowDistinguisherMethod,
  FlowSchema,
  type FlowSubject,
  type NonResourcePolicyRule,
  type PolicyRulesWithSubjects,
  type ResourcePolicyRule,
} from '../flowcontrol/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { duplicate, forbidden, goStrings, invalid, notSupported, required } from './field-errors.ts'
import { goFieldText, goText } from './go-text.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from './names.ts'
import { each } from './pod/common.ts'

const PRECEDENCE_MAX = 10_000
const DISTINGUISHERS = ['ByNamespace', 'ByUser']
/** Sorted, as errors name them. */
const VERBS = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'proxy',
  'update',
  'watch',
]

const everything = (groups: readonly string[]) => ({
  subjects: groups.map((name) => ({ kind: 'Group', group: { name } })),
  resourceRules: [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] },
  ],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
})

/** Without these, nobody could be sure to get a turn: they are always there, and the same. */
const MANDATORY: Readonly<Record<string, FlowSchema['spec']>> = {
  exempt: {
    priorityLevelConfiguration: { name: 'exempt' },
    matchingPrecedence: 1,
    rules: [everything(['system:masters'])],
  },
  'catch-all': {
    priorityLevelConfiguration: { name: 'catch-all' },
    matchingPrecedence: PRECEDENCE_MAX,
    distinguisherMethod: { type: 'ByUser' },
    rules: [everything(['system:unauthenticated', 'system:authenticated'])],
  },
}

/** What is required may be missing all the same: that is what is looked for. */
type Given<T> = Partial<DeepReadonly<T>>

export function validateFlowSchema(schema: DeepReadonly<FlowSchema>): FieldError[] {
  const { spec, status } = schema
  const { name = '' } = schema.metadata
  const errors = [...precedenceErrors(spec.matchingPrecedence ?? 0, name)]
  const { distinguisherMethod: method } = spec
  if (method && !DISTINGUISHERS.includes(method.type ?? '')) {
    const shown = goText(FlowDistinguisherMethod, method)
    errors.push(notSupported('spec.distinguisherMethod.type', shown, DISTINGUISHERS))
  }
  const level = spec.priorityLevelConfiguration?.name ?? ''
  const at = 'spec.priorityLevelConfiguration.name'
  if (level === '') errors.push(required(at, 'must reference a priority level'))
  else errors.push(...each(at, level, dns1123SubdomainErrors(level)))
  errors.push(...(spec.rules ?? []).flatMap((rule, i) => ruleErrors(rule, `spec.rules[${i}]`)))
  const wanted = Object.hasOwn(MANDATORY, name) ? MANDATORY[name] : undefined
  if (wanted && !semanticEqual(spec, wanted)) {
    const shown = goFieldText(FlowSchema, 'spec', spec)
    errors.push(invalid('spec', shown, `spec of '${name}' must equal the fixed value`))
  }
  return [...errors, ...flowConditionErrors(status?.conditions)]
}

/** Of the status of flow schemas and of priority levels. */
export function flowConditionErrors(
  conditions: readonly { readonly type?: string }[] | undefined,
): FieldError[] {
  const seen = new Set<string>()
  return (conditions ?? []).flatMap(({ type = '' }, i) => {
    const at = `status.conditions[${i}].type`
    const again = seen.has(type) ? [duplicate(at, type)] : []
    seen.add(type)
    return type === '' ? [...again, required(at, 'must not be empty')] : again
  })
}

function precedenceErrors(precedence: number, name: string): FieldError[] {
  const wrong = (detail: string) => [invalid('spec.matchingPrecedence', precedence, detail)]
  if (precedence <= 0) return wrong('must be a positive value')
  if (precedence > PRECEDENCE_MAX) return wrong(`must not be greater than ${PRECEDENCE_MAX}`)
  if (precedence > 1 || name === 'exempt') return []
  return wrong("only the schema named 'exempt' may have matchingPrecedence 1")
}

function ruleErrors(rule: Given<PolicyRulesWithSubjects>, path: string): FieldError[] {
  const { subjects = [], resourceRules = [], nonResourceRules = [] } = rule
  const errors = subjects.flatMap((who, i) => subjectErrors(who, `${path}.subjects[${i}]`))
  if (subjects.length === 0) {
    errors.push(required(`${path}.subjects`, 'subjects must contain at least one value'))
  }
  if (resourceRules.length === 0 && nonResourceRules.length === 0) {
    const detail = 'at least one of resourceRules and nonResourceRules has to be non-empty'
    errors.push(required(path, detail))
  }
  return [
    ...errors,
    ...resourceRules.flatMap((of, i) => resourceErrors(of, `${path}.resourceRules[${i}]`)),
    ...nonResourceRules.flatMap((of, i) => pathErrors(of, `${path}.nonResourceRules[${i}]`)),
  ]
}

const KINDS: Readonly<Record<string, 'group' | 'serviceAccount' | 'user'>> = {
  Group: 'group',
  ServiceAccount: 'serviceAccount',
  User: 'user',
}

function subjectErrors(subject: Given<FlowSubject>, path: string): FieldError[] {
  const { kind = '' } = subject
  const own = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined
  if (!own) return [notSupported(`${path}.kind`, kind, Object.keys(KINDS))]
  const errors: FieldError[] = []
  const at = `${path}.${own}`
  if (!subject[own]) errors.push(required(at, `${own} is required when subject kind is '${kind}'`))
  else if (subject.serviceAccount && own === 'serviceAccount') {
    errors.push(...accountErrors(subject.serviceAccount, at))
  } else if ((subject[own].name ?? '') === '') errors.push(required(`${at}.name`))
  for (const [other, field] of Object.entries(KINDS).reverse()) {
    if (field === own || !subject[field]) continue
    const detail = `${field} is forbidden when subject kind is not '${other}'`
    errors.push(forbidden(`${path}.${field}`, detail))
  }
  return errors
}

function accountErrors(
  { name = '', namespace = '' }: { readonly name?: string; readonly namespace?: string },
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (name === '') errors.push(required(`${path}.name`))
  else if (name !== '*') errors.push(...each(`${path}.name`, name, dns1123SubdomainErrors(name)))
  if (namespace === '') {
    errors.push(required(`${path}.namespace`, 'must specify namespace for service account'))
  } else {
    errors.push(...each(`${path}.namespace`, namespace, dns1123LabelErrors(namespace)))
  }
  return errors
}

function verbErrors(verbs: readonly string[], path: string): FieldError[] {
  const at = `${path}.verbs`
  if (verbs.length === 0) return [required(at, 'verbs must contain at least one value')]
  if (verbs.includes('*')) return aloneErrors(verbs, at, 'verbs')
  const isKnown = verbs.every((verb) => VERBS.includes(verb))
  return isKnown ? [] : [notSupported(at, goStrings(verbs), VERBS)]
}

/** All of them, and some of them, is a contradiction. */
function aloneErrors(words: readonly string[], path: string, what: string): FieldError[] {
  if (words.length === 1 || !words.includes('*')) return []
  return [invalid(path, goStrings(words), `if '*' is present, must not specify other ${what}`)]
}

function resourceErrors(rule: Given<ResourcePolicyRule>, path: string): FieldError[] {
  const { verbs = [], apiGroups = [], resources = [], namespaces = [], clusterScope } = rule
  const errors = verbErrors(verbs, path)
  const missing = (field: string, what: string) =>
    errors.push(required(`${path}.${field}`, `resource rules ${what}`))
  if (apiGroups.length === 0) missing('apiGroups', 'must supply at least one api group')
  errors.push(...aloneErrors(apiGroups, `${path}.apiGroups`, 'api groups'))
  if (resources.length === 0) missing('resources', 'must supply at least one resource')
  errors.push(...aloneErrors(resources, `${path}.resources`, 'resources'))
  if (namespaces.length === 0 && clusterScope !== true) {
    missing('namespaces', 'that are not cluster scoped must supply at least one namespace')
  }
  if (namespaces.includes('*')) {
    return [...errors, ...aloneErrors(namespaces, `${path}.namespaces`, 'namespaces')]
  }
  const form = "each member of this list must be '*' or a DNS-1123 label; "
  namespaces.forEach((name, i) => {
    const texts = dns1123LabelErrors(name).map((text) => form + text)
    errors.push(...each(`${path}.namespaces[${i}]`, name, texts))
  })
  return errors
}

function pathErrors(rule: Given<NonResourcePolicyRule>, path: string): FieldError[] {
  const { verbs = [], nonResourceURLs: urls = [] } = rule
  const errors = verbErrors(verbs, path)
  const at = `${path}.nonResourceURLs`
  if (urls.length === 0) {
    errors.push(required(at, 'nonResourceURLs must contain at least one value'))
  }
  if (urls.includes('*')) return [...errors, ...aloneErrors(urls, at, 'non-resource URLs')]
  urls.forEach((url, i) => {
    const wrong = urlFault(url)
    if (wrong !== undefined) errors.push(invalid(`${at}[${i}]`, url, wrong))
  })
  return errors
}

function urlFault(url: string): string | undefined {
  if (url === '') return 'must not be empty'
  if (!url.startsWith('/')) return 'must start with slash'
  if (url.includes(' ')) return 'must not contain white-space'
  if (url.includes('//')) return 'must not contain double slash'
  const star = url.indexOf('*')
  const isLast = star === url.length - 1 && url.endsWith('/*')
  return star === -1 || isLast ? undefined : 'wildcard can only do suffix matching'
}
