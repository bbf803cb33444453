import type { Program } from '../../../../api/index.ts'
import {
  CelError,
  CelList,
  type CelType,
  type CelValue,
  fromJson,
  T,
} from '../../../../api/cel/index.ts'
import type { User } from '../../user.ts'
import type { Claims } from '../jwt.ts'
import { TokenError } from '../token.ts'
import type { Judgement, JwtIssuer } from './issuer.ts'

export const wrong = (why: string): TokenError => new TokenError(`oidc: ${why}`)

/** A claim of the token itself. */
export function valueOf(claims: Claims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined
}

const STRINGS: CelType = { kind: 'list', item: T.string }

/** Users as rules about them see them. */
export const USER_TYPE: CelType = {
  kind: 'object',
  name: 'kubernetes.UserInfo',
  fields: new Map([
    ['username', { type: T.string, json: 'username' }],
    ['uid', { type: T.string, json: 'uid' }],
    ['groups', { type: STRINGS, json: 'groups' }],
    ['extra', { type: { kind: 'map', key: T.string, value: STRINGS }, json: 'extra' }],
  ]),
}

/** An expression of a configuration is not anybody's: it may cost as much as it needs once. */
const COST_LIMIT = 1_000_000

function evaluate(
  program: Program,
  variables: Readonly<Record<string, CelValue>>,
  what: string,
): CelValue {
  try {
    return program.evaluate(variables, { costLimit: COST_LIMIT }).value
  } catch (error) {
    if (!(error instanceof CelError)) throw error
    const why = `expression '${program.source}' resulted in error: ${error.message}`
    throw wrong(`error evaluating ${what}: ${why}`)
  }
}

const claimsOf = (claims: Claims) => ({ claims: fromJson(claims) })

export function stringOf(program: Program, claims: Claims, what: string): string {
  const value = evaluate(program, claimsOf(claims), `${what} claim expression`)
  if (typeof value === 'string') return value
  const why = `${what} claim expression must return a string`
  throw wrong(`error evaluating ${what} claim expression: ${why}`)
}

/** A text or a list of texts, without those that are empty. */
export function stringsOf(program: Program, claims: Claims, what: string): string[] {
  const value = evaluate(program, claimsOf(claims), `${what} claim expression`)
  const list = value === null ? [] : value instanceof CelList ? [...value] : [value]
  const texts = list.map((item) => {
    if (typeof item === 'string') return item
    const why = 'expression must return a string or a list of strings'
    throw wrong(`error evaluating ${what} claim expression: ${why}`)
  })
  return texts.filter((text) => text !== '')
}

/** Throws `TokenError` for a token that lacks a claim, or breaks a rule. */
export function checkClaimRules(
  claims: Claims,
  { requiredClaims, claimRules }: Pick<JwtIssuer, 'requiredClaims' | 'claimRules'>,
): void {
  for (const [claim, wanted] of Object.entries(requiredClaims)) {
    const value = valueOf(claims, claim)
    if (value === undefined) throw wrong(`required claim ${claim} not present in ID token`)
    if (typeof value !== 'string') throw wrong(`parse claim ${claim}: it is no string`)
    if (value !== wanted) {
      throw wrong(`required claim ${claim} value does not match. Got = ${value}, want = ${wanted}`)
    }
  }
  judge(claimRules, claimsOf(claims), 'claim validation expression')
}

/** Throws `TokenError` for a user that breaks a rule. */
export function checkUserRules(user: User, rules: readonly Judgement[]): void {
  const { name: username, uid = '', groups, extra = {} } = user
  const variables = { user: fromJson({ username, uid, groups, extra }, USER_TYPE) }
  judge(rules, variables, 'user info validation rule')
}

function judge(
  rules: readonly Judgement[],
  variables: Readonly<Record<string, CelValue>>,
  what: string,
): void {
  for (const { program, message } of rules) {
    if (evaluate(program, variables, what) === true) continue
    const why = `validation expression '${program.source}' failed: ${message}`
    throw wrong(`error evaluating ${what}: ${why}`)
  }
}
