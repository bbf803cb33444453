import {
  describeErrors,
  dns1123SubdomainErrors,
  duplicate,
  type FieldError,
  goDurationMs,
  invalid,
  notSupported,
  type Program,
  required,
  tooMany,
} from '../../../api/index.ts'
import { T } from '../../../api/cel/index.ts'
import type { AuthorizationWebhookOptions } from '../authz/webhook.ts'
import { REVIEW_SPEC } from '../authz/webhook-conditions.ts'
import type { JudgeOptions } from '../judges/index.ts'
import { readDocument, type Shape } from './document.ts'
import { compileIn } from './expressions.ts'

/** Who decides what somebody may do, in order. */
export interface AuthorizationConfig {
  readonly authorizers: readonly AuthorizerRule[]
}

export type AuthorizerRule =
  | { readonly type: (typeof OWN)[number]; readonly name: string }
  | {
      readonly type: 'Webhook'
      readonly name: string
      readonly webhook: AuthorizationWebhookOptions
    }

const OWN = ['AlwaysAllow', 'AlwaysDeny', 'Node', 'RBAC'] as const
const TYPES = [...OWN, 'Webhook'].sort()
const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map((v) => `apiserver.config.k8s.io/${v}`)
const FIELDS: Readonly<Record<string, Shape>> = {
  authorizers: [
    {
      type: 'string',
      name: 'string',
      webhook: {
        timeout: 'string',
        authorizedTTL: 'string',
        cacheAuthorizedRequests: 'boolean',
        unauthorizedTTL: 'string',
        cacheUnauthorizedRequests: 'boolean',
        subjectAccessReviewVersion: 'string',
        matchConditionSubjectAccessReviewVersion: 'string',
        failurePolicy: 'string',
        connectionInfo: { type: 'string', kubeConfigFile: 'string' },
        matchConditions: [{ expression: 'string' }],
      },
    },
  ],
}

interface WebhookSpec {
  readonly timeout?: string
  readonly authorizedTTL?: string
  readonly cacheAuthorizedRequests?: boolean
  readonly unauthorizedTTL?: string
  readonly cacheUnauthorizedRequests?: boolean
  readonly subjectAccessReviewVersion?: string
  readonly matchConditionSubjectAccessReviewVersion?: string
  readonly failurePolicy?: string
  readonly connectionInfo?: { readonly type?: string; readonly kubeConfigFile?: string | null }
  readonly matchConditions?: readonly { readonly expression?: string }[]
}

const CONDITIONS_MAX = 64
const TIMEOUT_MS_MAX = 30_000

export interface AuthorizationReader {
  /** A server of others by the kubeconfig of that path. Throws what is wrong with it. */
  readonly readJudge: (path: string) => Omit<JudgeOptions, 'version'>
}

/** Reads an `AuthorizationConfiguration` (KEP-3221). Throws `TypeError` with Kubernetes' texts. */
export function parseAuthorization(text: string, reader: AuthorizationReader): AuthorizationConfig {
  const kind = 'AuthorizationConfiguration'
  const document = readDocument(text, { kind, versions: VERSIONS, fields: FIELDS }) as {
    authorizers?: readonly { type?: string; name?: string; webhook?: WebhookSpec }[]
  }
  const { authorizers = [] } = document
  const errors: FieldError[] = []
  if (authorizers.length === 0) {
    errors.push(required('authorizers', 'at least one authorization mode must be defined'))
  }
  const types = new Set<string>()
  const names = new Set<string>()
  const rules = authorizers.flatMap(({ type = '', name = '', webhook }, i): AuthorizerRule[] => {
    const path = `authorizers[${i}]`
    const fault = typeError(type, path, types)
    if (fault) errors.push(fault)
    if (fault) return []
    types.add(type)
    errors.push(...nameErrors(name, path, names))
    names.add(name)
    if (type !== 'Webhook') {
      const why = 'may only be specified when type=Webhook'
      if (webhook) errors.push(invalid(`${path}.webhook`, 'non-null', why))
      const own = OWN.find((each) => each === type)
      return own ? [{ type: own, name }] : []
    }
    if (!webhook) {
      errors.push(required(`${path}.webhook`, 'required when type=Webhook'))
      return []
    }
    const read = webhookOf(webhook, path, { errors, ...reader })
    return read ? [{ type, name, webhook: { ...read, name } }] : []
  })
  if (errors.length > 0) throw new TypeError(describeErrors(errors))
  return { authorizers: rules }
}

function typeError(type: string, path: string, seen: ReadonlySet<string>): FieldError | undefined {
  if (type === '') return required(`${path}.type`)
  if (!TYPES.includes(type)) return notSupported(`${path}.type`, type, TYPES)
  return seen.has(type) && type !== 'Webhook' ? duplicate(`${path}.type`, type) : undefined
}

function nameErrors(name: string, path: string, seen: ReadonlySet<string>): FieldError[] {
  if (name === '') return [required(`${path}.name`)]
  if (seen.has(name)) return [duplicate(`${path}.name`, name)]
  const faults = dns1123SubdomainErrors(name)
  if (faults.length === 0) return []
  return [invalid(`${path}.name`, name, `authorizer name is invalid: ${faults.join(', ')}`)]
}

type Checking = AuthorizationReader & { readonly errors: FieldError[] }

function webhookOf(
  spec: WebhookSpec,
  path: string,
  checking: Checking,
): AuthorizationWebhookOptions | undefined {
  const { errors } = checking
  const timeoutMs = durationOf(spec.timeout, `${path}.timeout`, errors, TIMEOUT_MS_MAX)
  const { authorizedTTL = '5m', unauthorizedTTL = '30s' } = spec
  const allowedTtlMs = durationOf(authorizedTTL, `${path}.authorizedTTL`, errors)
  const refusedTtlMs = durationOf(unauthorizedTTL, `${path}.unauthorizedTTL`, errors)
  const version = versionOf(spec, path, errors)
  const policy = spec.failurePolicy ?? ''
  const at = `${path}.failurePolicy`
  if (policy === '') errors.push(required(at))
  else if (policy !== 'NoOpinion' && policy !== 'Deny') {
    errors.push(notSupported(at, policy, ['NoOpinion', 'Deny']))
  }
  const server = serverOf(spec, path, checking)
  const conditions = conditionsOf(spec, `${path}.matchConditions`, errors)
  if (!server) return undefined
  return {
    ...server,
    version,
    timeoutMs,
    allowedTtlMs: spec.cacheAuthorizedRequests === false ? 0 : allowedTtlMs,
    refusedTtlMs: spec.cacheUnauthorizedRequests === false ? 0 : refusedTtlMs,
    onFailure: policy === 'Deny' ? 'deny' : 'none',
    conditions,
  }
}

function durationOf(
  text: string | undefined,
  path: string,
  errors: FieldError[],
  max?: number,
): number {
  const ms = text === undefined ? 0 : goDurationMs(text)
  if (ms === undefined) errors.push(invalid(path, text, 'it is no duration, such as 30s'))
  else if (ms === 0) errors.push(required(path))
  else if (ms < 0 || (max !== undefined && ms > max)) {
    const limit = max === undefined ? '' : ` and <= ${max / 1000}s`
    errors.push(invalid(path, text, `must be > 0s${limit}`))
  }
  return ms ?? 0
}

function versionOf(spec: WebhookSpec, path: string, errors: FieldError[]): 'v1' | 'v1beta1' {
  const { subjectAccessReviewVersion: version = '' } = spec
  const { matchConditionSubjectAccessReviewVersion: seen = '' } = spec
  const at = `${path}.subjectAccessReviewVersion`
  if (version === '') errors.push(required(at))
  else if (version !== 'v1' && version !== 'v1beta1') {
    errors.push(notSupported(at, version, ['v1', 'v1beta1']))
  }
  const seenAt = `${path}.matchConditionSubjectAccessReviewVersion`
  if (seen === '' && (spec.matchConditions ?? []).length > 0) {
    errors.push(required(seenAt, 'required if match conditions are specified'))
  } else if (seen !== '' && seen !== 'v1') {
    errors.push(notSupported(seenAt, seen, ['v1']))
  }
  return version === 'v1beta1' ? 'v1beta1' : 'v1'
}

function serverOf(
  { connectionInfo }: WebhookSpec,
  path: string,
  { errors, readJudge }: Checking,
): Omit<JudgeOptions, 'version'> | undefined {
  const { type = '' } = connectionInfo ?? {}
  const file = connectionInfo?.kubeConfigFile ?? ''
  const at = `${path}.connectionInfo`
  const fileAt = `${at}.kubeConfigFile`
  if (type === '') errors.push(required(`${at}.type`))
  else if (type === 'InClusterConfig') {
    if (connectionInfo?.kubeConfigFile != null) {
      errors.push(invalid(fileAt, file, 'can only be set when type=KubeConfigFile'))
    }
    errors.push(invalid(`${at}.type`, type, 'an API server of Navarch is not in a cluster'))
  } else if (type !== 'KubeConfigFile') {
    errors.push(notSupported(`${at}.type`, type, ['InClusterConfig', 'KubeConfigFile']))
  } else if (file === '') errors.push(required(fileAt))
  else if (!file.startsWith('/')) errors.push(invalid(fileAt, file, 'must be an absolute path'))
  else {
    try {
      return readJudge(file)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      errors.push(invalid(fileAt, file, `error loading file: ${why}`))
    }
  }
  return undefined
}

function conditionsOf(spec: WebhookSpec, path: string, errors: FieldError[]): Program[] {
  const conditions = spec.matchConditions ?? []
  if (conditions.length > CONDITIONS_MAX) {
    errors.push(tooMany(path, conditions.length, CONDITIONS_MAX))
    return []
  }
  const seen = new Set<string>()
  return conditions.flatMap(({ expression = '' }, i) => {
    const at = `${path}[${i}].expression`
    if (expression.trim() === '') errors.push(required(at))
    else if (seen.has(expression)) errors.push(duplicate(at, expression))
    else {
      seen.add(expression)
      const of = { path: at, type: T.bool, errors, variables: { request: REVIEW_SPEC } }
      const program = compileIn(expression, of)
      if (program) return [program]
    }
    return []
  })
}
