import {
  describeErrors,
  duplicate,
  type FieldError,
  invalid,
  type Program,
  required,
  tooMany,
} from '../../../api/index.ts'
import type { AnonymousOptions } from '../authn/authentication.ts'
import type { JwtIssuer } from '../authn/oidc/index.ts'
import {
  claimRulesOf,
  extraOf,
  type Mapping,
  mappingOf,
  type Rule,
  uidOf,
  userRulesOf,
} from './claims.ts'
import { readDocument, type Shape } from './document.ts'

/** Who may come in by tokens of other issuers, and who without any credential. */
export interface AuthenticationConfig {
  readonly issuers: readonly JwtIssuer[]
  /** Absent: the flag decides. */
  readonly anonymous: AnonymousOptions | undefined
}

const VERSIONS = ['v1', 'v1beta1', 'v1alpha1'].map((v) => `apiserver.config.k8s.io/${v}`)
const MAPPED: Shape = { claim: 'string', prefix: 'string', expression: 'string' }
const FIELDS: Readonly<Record<string, Shape>> = {
  jwt: [
    {
      issuer: {
        url: 'string',
        discoveryURL: 'string',
        certificateAuthority: 'string',
        audiences: ['string'],
        audienceMatchPolicy: 'string',
        egressSelectorType: 'string',
      },
      claimValidationRules: [
        { claim: 'string', requiredValue: 'string', expression: 'string', message: 'string' },
      ],
      claimMappings: {
        username: MAPPED,
        groups: MAPPED,
        uid: { claim: 'string', expression: 'string' },
        extra: [{ key: 'string', valueExpression: 'string' }],
      },
      userValidationRules: [{ expression: 'string', message: 'string' }],
    },
  ],
  anonymous: { enabled: 'boolean', conditions: [{ path: 'string' }] },
}

interface JwtSpec {
  readonly issuer?: {
    readonly url?: string
    readonly discoveryURL?: string
    readonly certificateAuthority?: string
    readonly audiences?: readonly string[]
    readonly audienceMatchPolicy?: string
    readonly egressSelectorType?: string
  }
  readonly claimValidationRules?: readonly Rule[]
  readonly claimMappings?: {
    readonly username?: Mapping
    readonly groups?: Mapping
    readonly uid?: Mapping
    readonly extra?: readonly { readonly key?: string; readonly valueExpression?: string }[]
  }
  readonly userValidationRules?: readonly Rule[]
}

const ISSUERS_MAX = 64
/**
 * Reads an `AuthenticationConfiguration` (KEP-3331). `ownIssuers`: of service accounts, which no
 * other issuer may call itself. Throws `TypeError` with Kubernetes' texts.
 */
export function parseAuthentication(
  text: string,
  { ownIssuers }: { ownIssuers: readonly string[] },
): AuthenticationConfig {
  const document = readDocument(text, {
    kind: 'AuthenticationConfiguration',
    versions: VERSIONS,
    fields: FIELDS,
  }) as {
    jwt?: readonly JwtSpec[]
    anonymous?: { enabled?: boolean; conditions?: readonly { path?: string }[] }
  }
  const { jwt = [], anonymous } = document
  const errors: FieldError[] = []
  if (jwt.length > ISSUERS_MAX) errors.push(tooMany('jwt', jwt.length, ISSUERS_MAX))
  const issuers = jwt.map((spec, i) => issuerOf(spec, `jwt[${i}]`, { errors, ownIssuers }))
  repeated(jwt, 'url', errors)
  repeated(jwt, 'discoveryURL', errors)
  const { enabled = false, conditions = [] } = anonymous ?? {}
  if (!enabled && conditions.length > 0) {
    const why = 'enabled should be set to true when conditions are defined'
    errors.push(invalid('anonymous.conditions', conditions, why))
  }
  if (errors.length > 0) throw new TypeError(describeErrors(errors))
  const paths = conditions.map(({ path = '' }) => path)
  return {
    issuers,
    anonymous: anonymous && { enabled, ...(paths.length > 0 && { paths }) },
  }
}

function repeated(
  jwt: readonly JwtSpec[],
  field: 'url' | 'discoveryURL',
  errors: FieldError[],
): void {
  const seen = new Set<string>()
  for (const [i, { issuer }] of jwt.entries()) {
    const url = issuer?.[field] ?? ''
    if (seen.has(url) && url !== '') errors.push(duplicate(`jwt[${i}].issuer.${field}`, url))
    seen.add(url)
  }
}

interface Checking {
  readonly errors: FieldError[]
  readonly ownIssuers: readonly string[]
}

function issuerOf(spec: JwtSpec, path: string, checking: Checking): JwtIssuer {
  const { errors } = checking
  const { url = '', discoveryURL = '', certificateAuthority: caPem = '' } = spec.issuer ?? {}
  checkIssuer(spec, `${path}.issuer`, checking)
  const rules = claimRulesOf(
    spec.claimValidationRules ?? [],
    `${path}.claimValidationRules`,
    errors,
  )
  const mappings = spec.claimMappings ?? {}
  const at = `${path}.claimMappings`
  const username = mappingOf(mappings.username ?? {}, `${at}.username`, errors, { needed: true })
  const groups = mappingOf(mappings.groups ?? {}, `${at}.groups`, errors)
  const uid = uidOf(mappings.uid ?? {}, `${at}.uid`, errors)
  const extra = extraOf(mappings.extra ?? [], `${at}.extra`, errors)
  const all = [username, ...extra.map(({ value }) => value)]
  const programs = [
    ...all.flatMap((each) => each?.program ?? []),
    ...rules.judged.map((r) => r.program),
  ]
  if (uses(username?.program, 'email') && !programs.some((each) => uses(each, 'email_verified'))) {
    const why =
      'claims.email_verified must be used in claimMappings.username.expression or ' +
      'claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when ' +
      'claims.email is used in claimMappings.username.expression'
    errors.push(invalid(`${at}.username.expression`, mappings.username?.expression ?? '', why))
  }
  const users = userRulesOf(spec.userValidationRules ?? [], `${path}.userValidationRules`, errors)
  return {
    issuerUrl: url,
    ...(discoveryURL !== '' && { discoveryUrl: discoveryURL }),
    ...(caPem !== '' && { caPem }),
    audiences: spec.issuer?.audiences ?? [],
    username: username ?? { claim: 'sub' },
    ...(groups && { groups }),
    ...(uid && { uid }),
    extra,
    requiredClaims: rules.required,
    claimRules: rules.judged,
    userRules: users,
  }
}

function checkIssuer(spec: JwtSpec, path: string, { errors, ownIssuers }: Checking): void {
  const { url = '', discoveryURL = '', certificateAuthority = '' } = spec.issuer ?? {}
  const { audiences = [], audienceMatchPolicy = '', egressSelectorType = '' } = spec.issuer ?? {}
  if (url === '') errors.push(required(`${path}.url`))
  else errors.push(...urlErrors(`${path}.url`, url, ownIssuers))
  if (discoveryURL !== '') {
    const bare = (text: string) => text.replace(/\/+$/, '')
    if (url !== '' && bare(url) === bare(discoveryURL)) {
      const why = 'discoveryURL must be different from URL'
      errors.push(invalid(`${path}.discoveryURL`, discoveryURL, why))
    }
    errors.push(...urlErrors(`${path}.discoveryURL`, discoveryURL, []))
  }
  errors.push(...audienceErrors(path, audiences, audienceMatchPolicy))
  if (certificateAuthority !== '' && !/-----BEGIN CERTIFICATE-----/.test(certificateAuthority)) {
    const why = 'data does not contain any valid RSA or ECDSA certificates'
    errors.push(invalid(`${path}.certificateAuthority`, '<omitted>', why))
  }
  if (!['', 'controlplane', 'cluster'].includes(egressSelectorType)) {
    const why = 'egress selector must be either controlplane or cluster'
    errors.push(invalid(`${path}.egressSelectorType`, egressSelectorType, why))
  }
}

function urlErrors(path: string, text: string, disallowed: readonly string[]): FieldError[] {
  const errors: FieldError[] = []
  if (disallowed.includes(text)) {
    const list = `[${[...disallowed].sort().join(' ')}]`
    errors.push(invalid(path, text, `URL must not overlap with disallowed issuers: ${list}`))
  }
  let url: URL
  try {
    url = new URL(text)
  } catch {
    const why = /^[a-z][a-z0-9+.-]*:/i.test(text)
      ? `parse ${JSON.stringify(text)}: invalid URL`
      : 'URL scheme must be https'
    return [...errors, invalid(path, text, why)]
  }
  if (url.protocol !== 'https:') errors.push(invalid(path, text, 'URL scheme must be https'))
  if (url.username !== '' || url.password !== '') {
    errors.push(invalid(path, text, 'URL must not contain a username or password'))
  }
  if (url.search !== '') errors.push(invalid(path, text, 'URL must not contain a query'))
  if (url.hash !== '') errors.push(invalid(path, text, 'URL must not contain a fragment'))
  return errors
}

function audienceErrors(path: string, audiences: readonly string[], policy: string): FieldError[] {
  const at = `${path}.audiences`
  if (audiences.length === 0) return [required(at, `at least one ${at} is required`)]
  const errors: FieldError[] = []
  for (const [i, audience] of audiences.entries()) {
    if (audience === '') errors.push(required(`${at}[${i}]`))
    else if (audiences.indexOf(audience) < i) errors.push(duplicate(`${at}[${i}]`, audience))
  }
  const policyAt = `${path}.audienceMatchPolicy`
  if (audiences.length > 1 && policy !== 'MatchAny') {
    const why = 'audienceMatchPolicy must be MatchAny for multiple audiences'
    errors.push(invalid(policyAt, policy, why))
  }
  if (audiences.length === 1 && policy !== '' && policy !== 'MatchAny') {
    const why = 'audienceMatchPolicy must be empty or MatchAny for single audience'
    errors.push(invalid(policyAt, policy, why))
  }
  return errors
}

/** Whether an expression reads a claim by its name. */
function uses(program: Program | undefined, claim: string): boolean {
  return program?.selects('claims', claim) ?? false
}
