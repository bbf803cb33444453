import type { MutatingWebhook, ValidatingWebhook } from '../admissionregistration/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  duplicate,
  goStrings,
  invalid,
  notSupported,
  required,
  validateLabelSelector,
} from '../validation/index.ts'
import { validateService, validateWebhookUrl } from './client-config.ts'
import { validateMatchConditions } from './conditions.ts'
import { defaultRules } from './defaults.ts'
import { FAILURE_POLICIES, MATCH_POLICIES, validateRule } from './rules.ts'
import { admissionVariables } from './variables.ts'

const SIDE_EFFECTS = ['None', 'NoneOnDryRun']
const REINVOCATION = ['IfNeeded', 'Never']
const REVIEW_VERSIONS = ['v1', 'v1beta1']
const TIMEOUT_SECONDS_MAX = 30
const TIMEOUT_SECONDS = 10
const HTTPS_PORT = 443

type Webhook = ValidatingWebhook & Pick<MutatingWebhook, 'reinvocationPolicy'>

/** Fills in what a webhook may leave out. */
export function defaultWebhook(webhook: Webhook, mutating: boolean): void {
  webhook.failurePolicy ??= 'Fail'
  webhook.matchPolicy ??= 'Equivalent'
  webhook.namespaceSelector ??= {}
  webhook.objectSelector ??= {}
  webhook.timeoutSeconds ??= TIMEOUT_SECONDS
  if (mutating) webhook.reinvocationPolicy ??= 'Never'
  const service = webhook.clientConfig?.service
  if (service) service.port ??= HTTPS_PORT
  defaultRules(webhook.rules)
}

/** What may be wrong with a configuration's webhooks. */
export function validateWebhooks(webhooks: readonly Webhook[] | undefined): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set<string>()
  for (const [i, webhook] of (webhooks ?? []).entries()) {
    const path = `webhooks[${i}]`
    errors.push(...validateWebhook(webhook, path))
    const at = `${path}.admissionReviewVersions`
    errors.push(...validateReviews(webhook.admissionReviewVersions ?? [], at))
    if (webhook.name && names.has(webhook.name)) {
      errors.push(duplicate(`${path}.name`, webhook.name))
    }
    names.add(webhook.name)
  }
  return errors
}

function validateReviews(versions: readonly string[], path: string): FieldError[] {
  const any = REVIEW_VERSIONS.join(', ')
  if (versions.length === 0) return [required(path, `must specify one of ${any}`)]
  const errors: FieldError[] = []
  for (const [i, version] of versions.entries()) {
    if (versions.indexOf(version) < i) {
      errors.push(invalid(`${path}[${i}]`, version, 'duplicate version'))
      continue
    }
    for (const why of dns1035LabelErrors(version)) {
      errors.push(invalid(`${path}[${i}]`, version, why))
    }
  }
  if (versions.some((v) => REVIEW_VERSIONS.includes(v))) return errors
  return [...errors, invalid(path, goStrings(versions), `must include at least one of ${any}`)]
}

function validateName(name: string | undefined, path: string): FieldError[] {
  if (!name) return [required(path)]
  const faults = dns1123SubdomainErrors(name)
  if (faults.length > 0) return [invalid(path, name, faults.join(','))]
  if (name.split('.').length >= 3) return []
  const why = 'should be a domain with at least three segments separated by dots'
  return [invalid(path, name, why)]
}

function validateWebhook(webhook: Webhook, path: string): FieldError[] {
  const errors = validateName(webhook.name, `${path}.name`)
  for (const [i, rule] of (webhook.rules ?? []).entries()) {
    errors.push(...validateRule(rule, `${path}.rules[${i}]`))
  }
  const among = (name: string, value: string | undefined, allowed: readonly string[]) => {
    if (value === undefined || allowed.includes(value)) return
    errors.push(notSupported(`${path}.${name}`, value, allowed))
  }
  among('failurePolicy', webhook.failurePolicy, FAILURE_POLICIES)
  among('matchPolicy', webhook.matchPolicy, MATCH_POLICIES)
  if (webhook.sideEffects === undefined || webhook.sideEffects === null) {
    const why = `must specify one of ${SIDE_EFFECTS.join(', ')}`
    errors.push(required(`${path}.sideEffects`, why))
  } else among('sideEffects', webhook.sideEffects, SIDE_EFFECTS)
  among('reinvocationPolicy', webhook.reinvocationPolicy, REINVOCATION)
  const { timeoutSeconds } = webhook
  if (
    timeoutSeconds !== undefined &&
    (timeoutSeconds < 1 || timeoutSeconds > TIMEOUT_SECONDS_MAX)
  ) {
    const why = 'the timeout value must be between 1 and 30 seconds'
    errors.push(invalid(`${path}.timeoutSeconds`, timeoutSeconds, why))
  }
  for (const name of ['namespaceSelector', 'objectSelector'] as const) {
    const selector = webhook[name]
    if (selector) errors.push(...validateLabelSelector(selector, `${path}.${name}`))
  }
  errors.push(...validateClient(webhook.clientConfig, `${path}.clientConfig`))
  const at = `${path}.matchConditions`
  errors.push(...validateMatchConditions(webhook.matchConditions, at, admissionVariables({})))
  return errors
}

function validateClient(client: Webhook['clientConfig'] | undefined, path: string): FieldError[] {
  const { url, service } = client ?? {}
  if ((url === undefined) === (service === undefined)) {
    return [required(path, 'exactly one of url or service is required')]
  }
  if (url !== undefined) return validateWebhookUrl(url, `${path}.url`)
  return service ? validateService(service, `${path}.service`) : []
}
