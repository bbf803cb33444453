import { JWS_ALGORITHMS } from '../jws.ts'
import type { TokenAuthenticator } from '../token.ts'
import { type IssuerParts, type JwtIssuer, jwtTokens } from './issuer.ts'

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

/** ID tokens of the flags' issuer. Throws `TypeError` for options that make no sense. */
export function oidcTokens(options: OidcOptions, parts: IssuerParts): TokenAuthenticator {
  return jwtTokens(issuerOf(options), parts)
}

function issuerOf(options: OidcOptions): JwtIssuer {
  const { issuerUrl, clientId, caPem, groupsClaim } = options
  const { usernameClaim: claim = 'sub', usernamePrefix } = options
  // Without a prefix, two issuers could mean different people by the same name.
  const prefix = usernamePrefix || (claim === 'email' ? '-' : `${issuerUrl}#`)
  return {
    issuerUrl,
    audiences: [clientId],
    algorithms: checkedAlgorithms(options),
    ...(caPem !== undefined && { caPem }),
    username: { claim, prefix: prefix === '-' ? '' : prefix },
    ...(groupsClaim && { groups: { claim: groupsClaim, prefix: options.groupsPrefix ?? '' } }),
    extra: [],
    requiredClaims: options.requiredClaims ?? {},
    claimRules: [],
    userRules: [],
  }
}

function checkedAlgorithms(options: OidcOptions): readonly string[] {
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
