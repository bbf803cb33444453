import { parseYaml } from '../../../api/index.ts'
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

export class AuditPolicy {
  readonly #rules: readonly Rule[]
  readonly #omitStages: readonly string[]
  readonly #omitManagedFields: boolean

  /** Throws what is wrong with the text. */
  constructor(text: string) {
    const { kind, rules, omitStages, omitManagedFields } = (parseYaml(text).value ?? {}) as {
      kind?: string
      rules?: readonly Rule[]
      omitStages?: readonly string[]
      omitManagedFields?: boolean
    }
    if (kind !== 'Policy') throw new TypeError(`an audit Policy is needed, not ${String(kind)}`)
    for (const [i, { level = '' }] of (rules ?? []).entries()) {
      if (!LEVELS.includes(level)) throw new TypeError(`rules[${i}].level: one of ${LEVELS.join()}`)
    }
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
