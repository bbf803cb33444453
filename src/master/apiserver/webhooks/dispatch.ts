import { type DeepReadonly, StatusError, type StatusReason } from '../../../base/index.ts'
import {
  admissionVariables,
  type MatchCondition,
  type ValidatingWebhook,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import { forbidden } from '../admission/forbidden.ts'
import type { AdmissionContext } from '../admission/plugin.ts'
import {
  evaluateConditions,
  type Match,
  matchRequest,
  Permissions,
  requestValues,
  viewOf,
} from '../matching/index.ts'
import { compileConditions } from '../policies/index.ts'
import { statusErrors } from '../status.ts'
import { type WebhookCaller, WebhookError } from './call.ts'
import { readVerdict, reviewOf, type Verdict } from './review.ts'

/** What mutating and validating webhooks have in common. */
export type AnyWebhook = DeepReadonly<Omit<ValidatingWebhook, 'matchConditions'>> & {
  readonly matchConditions?: readonly DeepReadonly<MatchCondition>[]
}

/** One webhook that is to be asked about a request. */
export interface Invocation {
  readonly webhook: AnyWebhook
  readonly configuration: string
  readonly match: Match
}

/** Configurations of webhooks are not theirs to judge: a wrong one could not be put right. */
export function isExempt({ resource }: AdmissionAttributes): boolean {
  return resource.group === 'admissionregistration.k8s.io'
}

/** Whether a webhook is to be asked. Throws 403 when its conditions fail to say so. */
export async function invocationOf(
  of: { webhook: AnyWebhook; configuration: string },
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): Promise<Invocation | undefined> {
  const { webhook } = of
  const { rules = [], matchPolicy, namespaceSelector, objectSelector } = webhook
  const spec = { rules, matchPolicy, namespaceSelector, objectSelector }
  const match = await matchRequest(spec, attributes, context.lookup)
  if (!match) return undefined
  const conditions = webhook.matchConditions ?? []
  if (conditions.length > 0) {
    const permissions = new Permissions(attributes, context.authorizer)
    const view = await viewOf(attributes, match, context.lookup)
    const values = { ...requestValues(view), ...permissions.values }
    const compiled = conditionsOf(webhook)
    const outcome = await permissions.settle(() => evaluateConditions(compiled, values))
    if (outcome.kind === 'skip') return undefined
    if (outcome.kind === 'error') {
      if (webhook.failurePolicy === 'Ignore') return undefined
      throw forbidden(attributes, outcome.errors.join(', '))
    }
  }
  return { ...of, match }
}

const compiledConditions = new WeakMap<object, ReturnType<typeof compileConditions>>()

function conditionsOf(webhook: AnyWebhook): ReturnType<typeof compileConditions> {
  let compiled = compiledConditions.get(webhook)
  if (!compiled) {
    compiled = compileConditions(webhook.matchConditions ?? [], admissionVariables({}))
    compiledConditions.set(webhook, compiled)
  }
  return compiled
}

const TIMEOUT_SECONDS = 10

/**
 * Asks a webhook. Undefined when it could not be asked and that is to be let be. Throws 500 when it
 * is not, and what the webhook wants when it says no.
 */
export async function ask(
  invocation: Invocation,
  attributes: AdmissionAttributes,
  on: { caller: WebhookCaller; context: AdmissionContext; mutates: boolean },
): Promise<Verdict | undefined> {
  const { webhook } = invocation
  const { caller, context, mutates } = on
  checkDryRun(webhook, attributes)
  const uid = context.random.uuid()
  const view = await viewOf(attributes, invocation.match, context.lookup)
  const review = reviewOf(view, { uid, versions: webhook.admissionReviewVersions })
  try {
    const { timeoutSeconds = TIMEOUT_SECONDS } = webhook
    const options = { timeoutSeconds, signal: attributes.signal }
    const answer = await caller.post(webhook.clientConfig, review, options)
    const verdict = readVerdict(answer, review, { uid, mutates })
    for (const [key, value] of Object.entries(verdict.annotations)) {
      attributes.annotate(`${webhook.name}/${key}`, String(value))
    }
    for (const warning of verdict.warnings) attributes.warn(warning)
    if (!verdict.allowed) throw rejection(webhook.name, verdict)
    return verdict
  } catch (error) {
    if (!(error instanceof WebhookError)) throw error
    if (webhook.failurePolicy === 'Ignore') {
      context.log.warn('a webhook failed and was passed over', {
        webhook: webhook.name,
        error: error.message,
      })
      return undefined
    }
    const why = `failed calling webhook ${JSON.stringify(webhook.name)}: ${error.message}`
    throw statusErrors.internal(why)
  }
}

function checkDryRun(webhook: AnyWebhook, { dryRun }: AdmissionAttributes): void {
  if (!dryRun || ['None', 'NoneOnDryRun'].includes(webhook.sideEffects ?? '')) return
  throw statusErrors.badRequest(
    `admission webhook ${JSON.stringify(webhook.name)} does not support dry run`,
  )
}

function rejection(name: string, { status }: Verdict): StatusError {
  const denied = `admission webhook ${JSON.stringify(name)} denied the request`
  const { message, reason = '', details } = status
  const why = message || reason
  const text = why ? `${denied}: ${why}` : `${denied} without explanation`
  const code = status.code === undefined || status.code < 400 ? 400 : status.code
  return new StatusError(code, reason as StatusReason, text, details ? { details } : {})
}
