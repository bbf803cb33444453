import { CREDENTIAL_ID, type User } from '../../user.ts'
import { JWS_ALGORITHMS } from '../jws.ts'
import { type Claims, type Jwt, parseJwt, verifyJwt } from '../jwt.ts'
import { type TokenAuthenticator, TokenError } from '../token.ts'
import { KeySet, type KeySetOptions } from './key-set.ts'

/** Whose ID tokens are taken, and what is read from them: kube-apiserver's `--oidc-…`. */
export interface OidcOptions {
  /** Of `https`; the tokens' `iss`. */
  readonly issuerUrl: string
  /** The tokens' `aud`. */
  readonly clientId: string
  /** Default `sub`. */
  readonly usernameClaim?: string
  /** Default: the issuer and `#`, but for `email`; `-`: none. */
  readonly usernamePrefix?: string
  /** Default: no groups. */
  readonly groupsClaim?: string
  readonly groupsPrefix?: string
  /** Claims that a token must have, with these values. */
  readonly requiredClaims?: Readonly<Record<string, string>>
  /** Default `RS256`. */
  readonly signingAlgorithms?: readonly string[]
  /** PEM. Default: the machine's authorities. */
  readonly caPem?: string
}

/** A clock of the issuer may be ahead of ours by that. */
const NOT_BEFORE_LEEWAY_MS = 5 * 60_000

/** ID tokens of an OpenID Connect issuer. Throws `TypeError` for options that make no sense. */
export function oidcTokens(
  options: OidcOptions,
  parts: Pick<KeySetOptions, 'call' | 'clock'>,
): TokenAuthenticator {
  const { issuerUrl, clientId, caPem } = options
  const algorithms = checked(options)
  const keys = new KeySet({ issuerUrl, ...(caPem !== undefined && { caPem }), ...parts })
  return {
    async authenticate(token, { signal }) {
      const jwt = parseJwt(token)
      if (!jwt || jwt.claims.iss !== issuerUrl) return undefined
      checkClaims(jwt, { clientId, algorithms, nowMs: parts.clock.nowMs() })
      const found = await keys.keysFor(jwt.keyId, { signal })
      if (found.length === 0 || !verifyJwt(jwt, found)) {
        throw wrong('verify token: failed to verify signature: failed to verify id token signature')
      }
      return { user: userOf(jwt.claims, options) }
    },
  }
}

function checked(options: OidcOptions): readonly string[] {
  const { issuerUrl, clientId, signingAlgorithms = ['RS256'] } = options
  if (!issuerUrl.startsWith('https://')) throw new TypeError('the issuer must be of https')
  if (clientId === '') throw new TypeError('the issuer and the client go together')
  const known: readonly string[] = JWS_ALGORITHMS
  const unknown = signingAlgorithms.find((name) => !known.includes(name))
  if (unknown !== undefined) {
    throw new TypeError(`oidc: unsupported signing alg: ${JSON.stringify(unknown)}`)
  }
  return signingAlgorithms
}

const wrong = (why: string) => new TokenError(`oidc: ${why}`)

/**
 * OpenID Connect Core 1.0 §3.1.3.7, as far as Kubernetes goes: `azp` may be another client, which has
 * the token for us to be called with.
 */
function checkClaims(
  { algorithm, claims }: Jwt,
  of: { clientId: string; algorithms: readonly string[]; nowMs: number },
): void {
  const { aud = [], exp = 0, nbf } = claims
  const { clientId, algorithms, nowMs } = of
  if (!aud.includes(clientId)) {
    throw wrong(
      `verify token: oidc: expected audience ${JSON.stringify(clientId)} got ${JSON.stringify(aud)}`,
    )
  }
  if (exp * 1000 <= nowMs) throw wrong('verify token: oidc: token is expired')
  if (nbf !== undefined && nbf * 1000 > nowMs + NOT_BEFORE_LEEWAY_MS) {
    throw wrong('verify token: oidc: current time is before the nbf (not before) time')
  }
  if (!algorithms.includes(algorithm)) {
    throw wrong(
      'verify token: oidc: id token signed with unsupported algorithm, ' +
        `expected ${JSON.stringify(algorithms)} got ${JSON.stringify(algorithm)}`,
    )
  }
}

function userOf(claims: Claims, options: OidcOptions): User {
  const name = nameOf(claims, options)
  const groups = groupsOf(claims, options)
  for (const [claim, wanted] of Object.entries(options.requiredClaims ?? {})) {
    const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    if (value === undefined) throw wrong(`required claim ${claim} not present in ID token`)
    if (typeof value !== 'string') throw wrong(`parse claim ${claim}: it is no string`)
    if (value !== wanted) {
      throw wrong(`required claim ${claim} value does not match. Got = ${value}, want = ${wanted}`)
    }
  }
  const { jti } = claims
  return { name, groups, ...(jti && { extra: { [CREDENTIAL_ID]: [`JTI=${jti}`] } }) }
}

function nameOf(claims: Claims, options: OidcOptions): string {
  const { issuerUrl, usernameClaim: claim = 'sub', usernamePrefix } = options
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined
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
  // Without a prefix, two issuers could mean different people by the same name.
  const prefix = usernamePrefix || (claim === 'email' ? '-' : `${issuerUrl}#`)
  return prefix === '-' ? value : prefix + value
}

function groupsOf(claims: Claims, { groupsClaim, groupsPrefix = '' }: OidcOptions): string[] {
  if (!groupsClaim || !Object.hasOwn(claims, groupsClaim)) return []
  const value = claims[groupsClaim]
  if (value === null) return []
  const groups: unknown = typeof value === 'string' ? [value] : value
  if (!Array.isArray(groups) || !groups.every((each) => typeof each === 'string')) {
    throw wrong(`parse groups claim ${JSON.stringify(groupsClaim)}: it is no list of strings`)
  }
  return groups.map((group: string) => groupsPrefix + group)
}
