import {
  describeErrors,
  type FieldError,
  invalid,
  notSupported,
  required,
} from '../../../api/index.ts'
import { readDocument, type Shape } from '../configuration/document.ts'
import type { RequestInfo } from '../request-info.ts'
import type { User } from '../user.ts'

export type AuditLevel = 'None' | 'Metadata' | 'Request' | 'RequestResponse'
export type AuditStage = 'RequestReceived' | 'ResponseStarted' | 'ResponseComplete'

/** What is noted of a request. */
export interface AuditChoice {
  readonly level: AuditLevel
  readonly omitStages: readonly string[]
  readonly omitManagedFields: boolean
}

/** One line of an audit policy (audit.k8s.io/v1): what is not named in it matches everything. */
interface Rule {
  readonly level?: AuditLevel
  readonly users?: readonly string[]
  readonly userGroups?: readonly string[]
  readonly verbs?: readonly string[]
  readonly namespaces?: readonly string[]
  readonly resources?: readonly {
    readonly group?: string
    readonly resources?: readonly string[]
    readonly resourceNames?: readonly string[]
  }[]
  readonly nonResourceURLs?: readonly string[]
  readonly omitStages?: readonly string[]
  readonly omitManagedFields?: boolean
}

const LEVELS = ['None', 'Metadata', 'Request', 'RequestResponse']
const STAGES = ['RequestReceived', 'ResponseStarted', 'ResponseComplete', 'Panic']
const FIELDS: Readonly<Record<string, Shape>> = {
  rules: [
    {
      level: 'string',
      users: ['string'],
      userGroups: ['string'],
      verbs: ['string'],
      resources: [{ group: 'string', resources: ['string'], resourceNames: ['string'] }],
      namespaces: ['string'],
      nonResourceURLs: ['string'],
      omitStages: ['string'],
      omitManagedFields: 'boolean',
    },
  ],
  omitStages: ['string'],
  omitManagedFields: 'boolean',
}

export class AuditPolicy {
  readonly #rules: readonly Rule[]
  readonly #omitStages: readonly string[]
  readonly #omitManagedFields: boolean

  /** Throws `TypeError` with what is wrong with the text. */
  constructor(text: string) {
    const options = { kind: 'Policy', versions: ['audit.k8s.io/v1'], fields: FIELDS }
    const { rules, omitStages, omitManagedFields } = readDocument(text, options) as {
      rules?: readonly Rule[]
      omitStages?: readonly string[]
      omitManagedFields?: boolean
    }
    const errors = [
      ...stageErrors(omitStages, 'omitStages'),
      ...(rules ?? []).flatMap((rule, i) => ruleErrors(rule, `rules[${i}]`)),
    ]
    if (errors.length > 0) throw new TypeError(describeErrors(errors))
    this.#rules = rules ?? []
    this.#omitStages = omitStages ?? []
    this.#omitManagedFields = omitManagedFields ?? false
  }

  /** By the first rule that matches; without any nothing is noted. */
  choose(user: User, info: RequestInfo): AuditChoice {
    const rule = this.#rules.find((each) => matches(each, user, info))
    return {
      level: rule?.level ?? 'None',
      omitStages: [...this.#omitStages, ...(rule?.omitStages ?? [])],
      omitManagedFields: rule?.omitManagedFields ?? this.#omitManagedFields,
    }
  }
}

function stageErrors(stages: readonly string[] | undefined, path: string): FieldError[] {
  return (stages ?? []).flatMap((stage, i) =>
    STAGES.includes(stage)
      ? []
      : [invalid(`${path}[${i}]`, stage, `allowed stages are ${STAGES.join(',')}`)],
  )
}

function ruleErrors(rule: Rule, path: string): FieldError[] {
  const { level = '', resources = [], namespaces = [], nonResourceURLs = [] } = rule
  const errors: FieldError[] = []
  if (level === '') errors.push(required(`${path}.level`))
  else if (!LEVELS.includes(level)) errors.push(notSupported(`${path}.level`, level, LEVELS))
  errors.push(...stageErrors(rule.omitStages, `${path}.omitStages`))
  for (const [i, url] of nonResourceURLs.entries()) {
    const at = `${path}.nonResourceURLs[${i}]`
    if (url === '*') continue
    if (!url.startsWith('/')) {
      errors.push(invalid(at, url, "non-resource URL rules must begin with a '/' character"))
    }
    if (url.slice(0, -1).includes('*')) {
      const why = "non-resource URL wildcards '*' must be the final character of the rule"
      errors.push(invalid(at, url, why))
    }
  }
  if (nonResourceURLs.length > 0 && (resources.length > 0 || namespaces.length > 0)) {
    const why = 'rules cannot apply to both regular resources and non-resource URLs'
    errors.push(invalid(`${path}.nonResourceURLs`, nonResourceURLs, why))
  }
  for (const [i, { resources: names = [], resourceNames = [] }] of resources.entries()) {
    if (resourceNames.length === 0 || names.length > 0) continue
    const why = 'using resourceNames requires at least one resource'
    errors.push(invalid(`${path}.resources[${i}].resourceNames`, resourceNames, why))
  }
  return errors
}

const named = (list: readonly string[] | undefined, value: string): boolean =>
  (list ?? []).length === 0 || (list ?? []).includes(value)

function matches(rule: Rule, user: User, info: RequestInfo): boolean {
  const { users, userGroups = [], verbs, resources = [], nonResourceURLs = [] } = rule
  if (!named(users, user.name)) return false
  if (userGroups.length > 0 && !userGroups.some((group) => user.groups.includes(group)))
    return false
  const at = info.resource
  if (!named(verbs, at?.verb ?? info.method.toLowerCase())) return false
  if (!at) {
    if (resources.length > 0 || (rule.namespaces ?? []).length > 0) return false
    return nonResourceURLs.length === 0 || nonResourceURLs.some((url) => fits(url, info.path))
  }
  if (nonResourceURLs.length > 0 || !named(rule.namespaces, at.namespace)) return false
  if (resources.length === 0) return true
  return resources.some(({ group = '', resources: names = [], resourceNames }) => {
    if (group !== at.group) return false
    if (names.length === 0) return true
    const whole = at.subresource === '' ? at.plural : `${at.plural}/${at.subresource}`
    const isNamed = names.some(
      (name) =>
        name === '*' ||
        name === whole ||
        (name === `${at.plural}/*` && at.subresource !== '') ||
        (name === `*/${at.subresource}` && at.subresource !== ''),
    )
    return isNamed && named(resourceNames, at.name)
  })
}

function fits(pattern: string, path: string): boolean {
  if (pattern === '*' || pattern === path) return true
  return pattern.endsWith('*') && path.startsWith(pattern.slice(0, -1))
}
