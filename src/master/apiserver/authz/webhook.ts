import type { Clock, HttpsCall } from '../../../base/index.ts'
import type { Program } from '../../../api/index.ts'
import { Answers, BusyError, Judge, JudgeError, type JudgeOptions } from '../judges/index.ts'
import type { Attributes, ResourceAttributes } from './attributes.ts'
import { type Authorizer, type Decision, NO_OPINION } from './authorizer.ts'
import { meets } from './webhook-conditions.ts'

export interface AuthorizationWebhookOptions extends JudgeOptions {
  /** How long a yes is good. Default five minutes. */
  readonly allowedTtlMs?: number
  /** How long anything else is good. Default half a minute. */
  readonly refusedTtlMs?: number
  /** What its silence means. Default: `none`, so that the next one decides. */
  readonly onFailure?: 'none' | 'deny'
  /** It is asked when all of them are true. */
  readonly conditions?: readonly Program[]
  /** For messages and metrics. */
  readonly name?: string
}

const ALLOWED_TTL_MS = 5 * 60_000
const REFUSED_TTL_MS = 30_000
/** Whoever asks with longer words is answered, and the answer is not kept. */
const KEY_LENGTH_MAX = 10_000

interface Status {
  readonly allowed?: unknown
  readonly denied?: unknown
  readonly reason?: unknown
}

/**
 * Asks a server of others whether somebody may do something, with SubjectAccessReviews.
 */
export function authorizationWebhook(
  options: AuthorizationWebhookOptions,
  parts: { readonly call: HttpsCall; readonly clock: Clock },
): Authorizer {
  const { allowedTtlMs = ALLOWED_TTL_MS, refusedTtlMs = REFUSED_TTL_MS, ...rest } = options
  const { onFailure = 'none', conditions = [], name: _, ...server } = rest
  const judge = new Judge(server, parts)
  const answers = new Answers<Decision>(parts)
  const ask = async (spec: object) => {
    const review = { group: 'authorization.k8s.io', kind: 'SubjectAccessReview', spec }
    const value = decisionOf(await judge.ask(review))
    return { value, ttlMs: value.kind === 'allow' ? allowedTtlMs : refusedTtlMs }
  }
  return {
    async authorize(attributes, { signal }) {
      if (conditions.length > 0) {
        const isAsked = meets(conditions, specOf(attributes, 'v1'))
        if (isAsked === false) return NO_OPINION
        if (isAsked !== true) return { kind: onFailure, reason: '', error: isAsked }
      }
      const spec = specOf(attributes, server.version)
      const key = JSON.stringify(spec)
      try {
        const isLong = key.length > KEY_LENGTH_MAX
        const decision = isLong ? (await ask(spec)).value : await answers.get(key, () => ask(spec))
        signal.throwIfAborted()
        return decision
      } catch (error) {
        if (!(error instanceof JudgeError) && !(error instanceof BusyError)) throw error
        return { kind: onFailure, reason: '', error: error.message }
      }
    },
    rulesFor() {
      const errors = ['webhook authorizer does not support user rule resolution']
      return { rules: [], incomplete: true, errors }
    },
  }
}

function decisionOf({ allowed, denied, reason: said }: Status): Decision {
  const reason = typeof said === 'string' ? said : ''
  if (denied === true && allowed === true) {
    const error = 'webhook subject access review returned both allow and deny response'
    return { kind: 'deny', reason, error }
  }
  return { kind: denied === true ? 'deny' : allowed === true ? 'allow' : 'none', reason }
}

function specOf(attributes: Attributes, version: JudgeOptions['version']): object {
  const { user } = attributes
  const { uid, extra } = user
  // v1beta1 has another name for the groups.
  const groups = version === 'v1' ? { groups: user.groups } : { group: user.groups }
  const who = { user: user.name, ...groups, ...(uid && { uid }), ...(extra && { extra }) }
  if (attributes.kind === 'resource') return { resourceAttributes: aboutOf(attributes), ...who }
  const { path, verb } = attributes
  return { nonResourceAttributes: { path, verb }, ...who }
}

function aboutOf(attributes: ResourceAttributes): object {
  const { namespace, verb, group, version, resource, subresource, name, fields } = attributes
  const words = { namespace, verb, group, version, resource, subresource, name }
  const requirements = fields?.map(({ field, operator, value }) => {
    return { key: field, operator: operator === '=' ? 'In' : 'NotIn', values: [value] }
  })
  return {
    ...Object.fromEntries(Object.entries(words).filter(([, word]) => word !== '')),
    ...(requirements && { fieldSelector: { requirements } }),
  }
}
