import { createHash } from 'node:crypto'
import type { Program } from '../../../../api/index.ts'
import { Answers, BusyError } from '../../judges/index.ts'
import { CREDENTIAL_ID, type User } from '../../user.ts'
import { JWS_ALGORITHMS } from '../jws.ts'
import { type Claims, type Jwt, parseJwt, verifyJwt } from '../jwt.ts'
import type { TokenAuthenticator } from '../token.ts'
import { expandClaims } from './distributed-claims.ts'
import { KeySet, type KeySetOptions } from './key-set.ts'
import { checkClaimRules, checkUserRules, stringOf, stringsOf, valueOf, wrong } from './rules.ts'

/** Where something of a user comes from: a claim, behind a prefix, or an expression over all. */
export type Claimed =
  | { readonly claim: string; readonly prefix?: string; readonly program?: undefined }
  | { readonly program: Program; readonly claim?: undefined; readonly prefix?: undefined }

/** An expression that must be true of a token, or of the user that it makes. */
export interface Judgement {
  readonly program: Program
  readonly message: string
}

/** One issuer of tokens (RFC 7519): whose are taken, and what is read from them. */
export interface JwtIssuer {
  /** Of `https`; the tokens' `iss`. */
  readonly issuerUrl: string
  /** Where its discovery document is, if not below its own URL. */
  readonly discoveryUrl?: string
  /** PEM. Default: the machine's authorities. */
  readonly caPem?: string
  /** The tokens' `aud`: one of these. */
  readonly audiences: readonly string[]
  /** Of signatures. Default: all that are known. */
  readonly algorithms?: readonly string[]
  readonly username: Claimed
  readonly groups?: Claimed
  readonly uid?: Claimed
  readonly extra: readonly { readonly key: string; readonly value: Claimed }[]
  /** Claims that a token must have, with these values. */
  readonly requiredClaims: Readonly<Record<string, string>>
  readonly claimRules: readonly Judgement[]
  readonly userRules: readonly Judgement[]
}

export type IssuerParts = Pick<KeySetOptions, 'call' | 'clock'>

/** A clock of the issuer may be ahead of ours by that. */
const NOT_BEFORE_LEEWAY_MS = 5 * 60_000
/** So long a claim that stands elsewhere is not fetched again for a token. */
const EXPANDED_MS = 10_000

/** ID tokens of an OpenID Connect issuer. */
export function jwtTokens(issuer: JwtIssuer, parts: IssuerParts): TokenAuthenticator {
  const { issuerUrl, discoveryUrl, caPem } = issuer
  const where = { issuerUrl, ...(discoveryUrl && { discoveryUrl }), ...(caPem && { caPem }) }
  const keys = new KeySet({ ...where, ...parts })
  const expanded = expander(issuer, parts)
  const verified = async (jwt: Jwt, signal: AbortSignal) => {
    checkClaims(jwt, { ...issuer, nowMs: parts.clock.nowMs() })
    const found = await keys.keysFor(jwt.keyId, { signal })
    if (found.length > 0 && verifyJwt(jwt, found)) return
    throw wrong('verify token: failed to verify signature: failed to verify id token signature')
  }
  return {
    async authenticate(token, { signal }) {
      const jwt = parseJwt(token)
      if (!jwt || jwt.claims.iss !== issuerUrl) return undefined
      await verified(jwt, signal)
      const claims = await expanded(token, jwt.claims)
      signal.throwIfAborted()
      return { user: userOf(claims, issuer) }
    },
  }
}

/** The claims of a token with its groups, wherever they stand. */
function expander(issuer: JwtIssuer, parts: IssuerParts) {
  const claim = issuer.groups?.claim
  const answers = new Answers<Claims>(parts)
  // All who wait share an answer: it is limited by its own time, not by who went away.
  const { signal } = new AbortController()
  const options = { ...parts, ...issuer, keySets: new Map<string, KeySet>(), signal }
  return async (token: string, claims: Claims): Promise<Claims> => {
    if (!claim || !Object.hasOwn(claims, '_claim_names')) return claims
    const key = createHash('sha256').update(token).digest('base64')
    const ask = async () => ({
      value: await expandClaims(claims, claim, options),
      ttlMs: EXPANDED_MS,
    })
    try {
      return await answers.get(key, ask)
    } catch (error) {
      if (error instanceof BusyError) throw wrong(error.message)
      throw error
    }
  }
}

/**
 * OpenID Connect Core 1.0 §3.1.3.7, as far as Kubernetes goes: `azp` may be another client, which has
 * the token for us to be called with.
 */
function checkClaims(
  { algorithm, claims }: Jwt,
  of: Pick<JwtIssuer, 'audiences' | 'algorithms'> & { nowMs: number },
): void {
  const { aud = [], exp = 0, nbf } = claims
  const { audiences, algorithms = JWS_ALGORITHMS, nowMs } = of
  if (!audiences.some((audience) => aud.includes(audience))) {
    const wanted =
      audiences.length === 1 ? JSON.stringify(audiences[0]) : `in ${JSON.stringify(audiences)}`
    throw wrong(`verify token: oidc: expected audience ${wanted} got ${JSON.stringify(aud)}`)
  }
  if (exp * 1000 <= nowMs) throw wrong('verify token: oidc: token is expired')
  if (nbf !== undefined && nbf * 1000 > nowMs + NOT_BEFORE_LEEWAY_MS) {
    throw wrong('verify token: oidc: current time is before the nbf (not before) time')
  }
  if (!(algorithms as readonly string[]).includes(algorithm)) {
    throw wrong(
      'verify token: oidc: id token signed with unsupported algorithm, ' +
        `expected ${JSON.stringify(algorithms)} got ${JSON.stringify(algorithm)}`,
    )
  }
}

function userOf(claims: Claims, issuer: JwtIssuer): User {
  const name = nameOf(claims, issuer.username)
  const groups = groupsOf(claims, issuer.groups)
  const uid = uidOf(claims, issuer.uid)
  const extra: Record<string, readonly string[]> = {}
  for (const { key, value } of issuer.extra) {
    const values = value.program ? stringsOf(value.program, claims, 'extra') : []
    if (values.length > 0) extra[key] = values
  }
  checkClaimRules(claims, issuer)
  const { jti } = claims
  if (jti) extra[CREDENTIAL_ID] = [`JTI=${jti}`]
  const user: User = {
    name,
    groups,
    ...(uid !== '' && { uid }),
    ...(Object.keys(extra).length > 0 && { extra }),
  }
  checkUserRules(user, issuer.userRules)
  return user
}

function nameOf(claims: Claims, { claim, prefix = '', program }: Claimed): string {
  if (program) return stringOf(program, claims, 'username')
  const value = valueOf(claims, claim)
  if (value === undefined) {
    throw wrong(`parse username claims ${JSON.stringify(claim)}: claim not present`)
  }
  if (typeof value !== 'string' || value === '') {
    throw wrong(`parse username claims ${JSON.stringify(claim)}: it is no string, or empty`)
  }
  // An address that nobody has verified may be anybody's. An issuer that does not tell is believed.
  if (claim === 'email' && Object.hasOwn(claims, 'email_verified')) {
    const { email_verified: verified } = claims
    if (typeof verified !== 'boolean') throw wrong("parse 'email_verified' claim: it is no boolean")
    if (!verified) throw wrong('email not verified')
  }
  return prefix + value
}

function groupsOf(claims: Claims, mapping: Claimed | undefined): string[] {
  if (!mapping) return []
  const { claim, prefix = '', program } = mapping
  if (program) return stringsOf(program, claims, 'group')
  const value = valueOf(claims, claim)
  if (value === undefined || value === null) return []
  const groups: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(groups) || !groups.every((each) => typeof each === 'string')) {
    throw wrong(`parse groups claim ${JSON.stringify(claim)}: it is no list of strings`)
  }
  return groups.map((group: string) => prefix + group)
}

function uidOf(claims: Claims, mapping: Claimed | undefined): string {
  if (!mapping) return ''
  const { claim, program } = mapping
  if (program) return stringOf(program, claims, 'uid')
  const value = valueOf(claims, claim)
  if (typeof value === 'string') return value
  const why = value === undefined ? 'claim not present' : 'it is no string'
  throw wrong(`parse uid claim ${JSON.stringify(claim)}: ${why}`)
}
