import type { StatusError } from '../../../base/index.ts'
import { MASTERS, type User } from '../user.ts'
import { statusErrors } from '../status.ts'
import type { Attributes } from './attributes.ts'

/** `none`: no opinion; whoever is asked next decides, and in the end the answer is no. */
export interface Decision {
  readonly kind: 'allow' | 'deny' | 'none'
  /** Why, for reviews and refusals; may be empty. */
  readonly reason: string
  /** What went wrong on the way, for reviews. */
  readonly error?: string
}

/** Decides whether a user may do something. */
export interface Authorizer {
  authorize(attributes: Attributes, options: { signal: AbortSignal }): Promise<Decision> | Decision
  /** What a user may do in a namespace, for SelfSubjectRulesReview. */
  rulesFor?(user: User, namespace: string): RulesFor
}

/** Rules as far as they are known: `incomplete` when this way of deciding has no list of them. */
export interface RulesFor {
  readonly rules: readonly PolicyRule[]
  readonly incomplete: boolean
  readonly errors: readonly string[]
}

/** One line of a role (rbac.authorization.k8s.io `PolicyRule`). */
export interface PolicyRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[] | undefined
  readonly resources?: readonly string[] | undefined
  readonly resourceNames?: readonly string[] | undefined
  readonly nonResourceURLs?: readonly string[] | undefined
}

export const ALLOW: Decision = { kind: 'allow', reason: '' }
export const NO_OPINION: Decision = { kind: 'none', reason: '' }

/** Whoever is in the group of masters may do everything, even when there are no rules yet. */
export const masters: Authorizer = {
  authorize: ({ user }) => (user.groups.includes(MASTERS) ? ALLOW : NO_OPINION),
}

/** Everybody may do everything. */
export const alwaysAllow: Authorizer = {
  authorize: () => ALLOW,
}

/** Nobody may do anything, but for the masters. */
export const alwaysDeny: Authorizer = {
  authorize: () => ({ kind: 'none', reason: 'Everything is forbidden.' }),
}

/** The first that has an opinion decides; without any, all their reasons are told. */
export function firstOf(authorizers: readonly Authorizer[]): Authorizer {
  return {
    async authorize(attributes, options) {
      const reasons: string[] = []
      const errors: string[] = []
      for (const authorizer of authorizers) {
        const decision = await authorizer.authorize(attributes, options)
        if (decision.reason !== '') reasons.push(decision.reason)
        if (decision.error !== undefined) errors.push(decision.error)
        if (decision.kind !== 'none') return decision
      }
      const error = errors.length > 0 ? { error: aggregated(errors) } : {}
      return { kind: 'none', reason: reasons.join('\n'), ...error }
    },
    rulesFor(user, namespace) {
      const found = authorizers.map((a) => a.rulesFor?.(user, namespace)).filter((r) => !!r)
      return {
        rules: found.flatMap((each) => each.rules),
        incomplete: found.some((each) => each.incomplete),
        errors: found.flatMap((each) => each.errors),
      }
    },
  }
}

/** Several errors in one text, as Go's aggregates print: each once. */
export function aggregated(errors: readonly string[]): string {
  const texts = [...new Set(errors)]
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}

/** Throws 403 with Kubernetes' text unless the user may. Why they may. */
export async function requireAllowed(
  authorizer: Authorizer,
  attributes: Attributes,
  options: { signal: AbortSignal },
): Promise<Decision> {
  const decision = await authorizer.authorize(attributes, options)
  if (decision.kind !== 'allow') throw forbidden(attributes, decision)
  return decision
}

function forbidden(attributes: Attributes, { reason, error }: Decision): StatusError {
  // An authorizer that failed is a fault of the server, not of the user.
  if (error !== undefined) return statusErrors.internal(error)
  const why = escaped(describe(attributes)) + (reason === '' ? '' : `: ${reason}`)
  if (attributes.kind === 'path') return statusErrors.forbidden({ group: '', plural: '' }, '', why)
  const { group, resource, name } = attributes
  return statusErrors.forbidden({ group, plural: resource }, name, why)
}

// The text may be shown in a browser, and names in it come from whoever asks.
const escaped = (text: string): string =>
  text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')

function describe(attributes: Attributes): string {
  const { user, verb } = attributes
  const who = `User ${JSON.stringify(user.name)} cannot ${verb}`
  if (attributes.kind === 'path') return `${who} path ${JSON.stringify(attributes.path)}`
  const { resource, subresource, group, namespace } = attributes
  const what = JSON.stringify(subresource === '' ? resource : `${resource}/${subresource}`)
  const where =
    namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`
  return `${who} resource ${what} in API group ${JSON.stringify(group)} ${where}`
}
