import {
  dns1123SubdomainErrors,
  duplicate,
  type FieldError,
  invalid,
  required,
} from '../../../api/index.ts'
import { type CelType, T } from '../../../api/cel/index.ts'
import { type Claimed, type Judgement, USER_TYPE } from '../authn/oidc/index.ts'
import { compileIn } from './expressions.ts'

/** Where something of a user comes from: a claim, or an expression over all of them. */
export interface Mapping {
  readonly claim?: string
  readonly prefix?: string
  readonly expression?: string
}

export interface Rule extends Mapping {
  readonly requiredValue?: string
  readonly message?: string
}

const CLAIMS: CelType = { kind: 'map', key: T.string, value: T.dyn }

function compileClaims(expression: string, of: { path: string; errors: FieldError[] }) {
  return compileIn(expression, { ...of, variables: { claims: CLAIMS } })
}

export function claimRulesOf(
  rules: readonly Rule[],
  path: string,
  errors: FieldError[],
): { required: Record<string, string>; judged: Judgement[] } {
  const found: Record<string, string> = {}
  const judged: Judgement[] = []
  const seen = new Set<string>()
  for (const [i, rule] of rules.entries()) {
    const { claim = '', expression = '', message = '', requiredValue = '' } = rule
    const at = `${path}[${i}]`
    if (claim !== '' && expression !== '') {
      errors.push(invalid(at, claim, "claim and expression can't both be set"))
    } else if (claim !== '') {
      if (message !== '') {
        errors.push(invalid(`${at}.message`, message, 'may not be specified when claim is set'))
      }
      if (Object.hasOwn(found, claim)) errors.push(duplicate(`${at}.claim`, claim))
      found[claim] = requiredValue
    } else if (expression === '') {
      errors.push(required(at, 'claim or expression is required'))
    } else {
      if (requiredValue !== '') {
        const why = 'may not be specified when expression is set'
        errors.push(invalid(`${at}.requiredValue`, requiredValue, why))
      }
      if (seen.has(expression)) errors.push(duplicate(`${at}.expression`, expression))
      seen.add(expression)
      const variables = { claims: CLAIMS }
      const of = { path: `${at}.expression`, type: T.bool, errors, variables }
      const program = compileIn(expression, of)
      if (program) judged.push({ program, message })
    }
  }
  return { required: found, judged }
}

export function userRulesOf(
  rules: readonly Rule[],
  path: string,
  errors: FieldError[],
): Judgement[] {
  const seen = new Set<string>()
  return rules.flatMap(({ expression = '', message = '' }, i) => {
    const at = `${path}[${i}].expression`
    if (expression === '') errors.push(required(at))
    else if (seen.has(expression)) errors.push(duplicate(at, expression))
    else {
      seen.add(expression)
      const of = { path: at, type: T.bool, errors, variables: { user: USER_TYPE } }
      const program = compileIn(expression, of)
      if (program) return [{ program, message }]
    }
    return []
  })
}

export function mappingOf(
  { claim = '', prefix, expression = '' }: Mapping,
  path: string,
  errors: FieldError[],
  { needed = false } = {},
): Claimed | undefined {
  if (claim !== '' && expression !== '') {
    errors.push(invalid(path, '', "claim and expression can't both be set"))
  } else if (expression !== '') {
    if (prefix !== undefined) {
      const why = 'may not be specified when expression is set'
      errors.push(invalid(`${path}.prefix`, prefix, why))
    }
    const of = { path: `${path}.expression`, errors }
    const program = compileClaims(expression, of)
    return program && { program }
  } else if (claim !== '') {
    if (prefix === undefined) {
      const why =
        'prefix is required when claim is set. It can be set to an empty string to disable prefixing'
      errors.push(required(`${path}.prefix`, why))
    }
    return { claim, prefix: prefix ?? '' }
  } else if (needed) {
    errors.push(required(path, 'claim or expression is required'))
  }
  return undefined
}

export function uidOf(
  { claim = '', expression = '' }: Mapping,
  path: string,
  errors: FieldError[],
): Claimed | undefined {
  if (claim !== '' && expression !== '') {
    errors.push(invalid(path, '', "claim and expression can't both be set"))
    return undefined
  }
  if (expression === '') return claim === '' ? undefined : { claim, prefix: '' }
  const of = { path: `${path}.expression`, errors }
  const program = compileClaims(expression, of)
  return program && { program }
}

const RESERVED = /(?:^|\.)(?:kubernetes\.io|k8s\.io)$/

export function extraOf(
  extra: readonly { readonly key?: string; readonly valueExpression?: string }[],
  path: string,
  errors: FieldError[],
): { key: string; value: Claimed }[] {
  const seen = new Set<string>()
  return extra.flatMap(({ key = '', valueExpression = '' }, i) => {
    const at = `${path}[${i}]`
    errors.push(...keyErrors(key, `${at}.key`))
    if (seen.has(key)) errors.push(duplicate(`${at}.key`, key))
    else if (valueExpression === '') errors.push(required(`${at}.valueExpression`))
    else {
      seen.add(key)
      const of = { path: `${at}.valueExpression`, errors }
      const program = compileClaims(valueExpression, of)
      if (program) return [{ key, value: { program } }]
    }
    return []
  })
}

/** `example.org/foo`, in lower case, and not of Kubernetes' own names. */
function keyErrors(key: string, path: string): FieldError[] {
  if (key === '') return [required(path)]
  const errors: FieldError[] = []
  const slash = key.indexOf('/')
  const domain = slash < 0 ? '' : key.slice(0, slash)
  const rest = key.slice(slash + 1)
  if (slash < 0 || domain === '' || rest === '') {
    const why = 'must be a domain-prefixed path (such as "acme.io/foo")'
    errors.push(invalid(path, key, why))
  } else {
    for (const why of dns1123SubdomainErrors(domain)) errors.push(invalid(path, domain, why))
    if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) {
      errors.push(invalid(path, rest, 'Invalid path'))
    }
  }
  if (key !== key.toLowerCase()) errors.push(invalid(path, key, 'must be lowercase'))
  if (RESERVED.test(domain)) {
    const why = 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use'
    errors.push(invalid(path, key, why))
  }
  return errors
}
