import { type Claims, type Jwt, parseJwt, verifyJwt, type VerifyKey } from './jwt.ts'
import { type TokenAuthenticator, TokenError, type TokenOptions, type TokenOwner } from './token.ts'
import { accountGroups, accountName, CREDENTIAL_ID } from '../user.ts'

/** What a token is bound to, as far as it still is there. */
export interface BoundObject {
  readonly uid: string
  readonly deletionTimestamp?: string | undefined
  /** Of a secret: the token that is written in it. */
  readonly token?: string | undefined
}

/** Reads objects that tokens are bound to: from a cache, and from the store when it is not there. */
export type ReadBound = (
  plural: 'serviceaccounts' | 'pods' | 'secrets' | 'nodes',
  at: { namespace: string; name: string; signal: AbortSignal },
) => Promise<BoundObject | undefined>

export interface ServiceAccountTokensOptions {
  /** The first signs; tokens of the others are accepted, too. */
  readonly issuers: readonly string[]
  readonly keys: readonly VerifyKey[]
  readonly read: ReadBound
  readonly nowMs: () => number
}

const LEGACY_ISSUER = 'kubernetes/serviceaccount'
const LEGACY = 'kubernetes.io/serviceaccount/'
/** A pod that is being deleted ends in this time; until then its token is good. */
const DELETION_LEEWAY_MS = 60_000
const SIGNATURE = 'the signature of the token is not of this cluster'

interface Ref {
  readonly name: string
  readonly uid: string
}

/** The claim `kubernetes.io` of a token. */
export interface PrivateClaims {
  readonly namespace?: string
  readonly serviceaccount?: Ref
  readonly pod?: Ref
  readonly secret?: Ref
  readonly node?: Ref
}

/** Tokens of service accounts: while the account, and what the token is bound to, exist. */
export function serviceAccountTokens(options: ServiceAccountTokensOptions): TokenAuthenticator {
  const signed = new SignedTokens(options)
  return {
    async authenticate(token, { audiences, signal }) {
      const claims = signed.read(token)
      if (!claims) return undefined
      const of = { claims, audiences, signal }
      const isLegacy = claims.iss === LEGACY_ISSUER
      return isLegacy ? legacyOwner(options, { ...of, token }) : boundOwner(options, of)
    },
  }
}

/** Tokens whose signature need not be checked again; what else they claim is, each time. */
const SIGNED_TOKENS_MAX = 2_000

/** Reads tokens of this cluster, checking the signature of each once. */
class SignedTokens {
  readonly #options: Pick<ServiceAccountTokensOptions, 'issuers' | 'keys'>
  readonly #known = new Map<string, Claims>()

  constructor(options: Pick<ServiceAccountTokensOptions, 'issuers' | 'keys'>) {
    this.#options = options
  }

  /** Undefined for a token of another kind. Throws `TokenError` for one that is not ours. */
  read(token: string): Claims | undefined {
    const known = this.#known.get(token)
    if (known) return known
    const jwt = parseJwt(token)
    if (!jwt || !this.#isOurs(jwt)) return undefined
    if (!verifyJwt(jwt, this.#options.keys)) throw new TokenError(SIGNATURE)
    const [oldest] = this.#known.keys()
    if (oldest !== undefined && this.#known.size >= SIGNED_TOKENS_MAX) this.#known.delete(oldest)
    this.#known.set(token, jwt.claims)
    return jwt.claims
  }

  #isOurs({ claims: { iss = '' } }: Jwt): boolean {
    return iss === LEGACY_ISSUER || this.#options.issuers.includes(iss)
  }
}

type Checked = TokenOptions & { readonly claims: Claims }

async function boundOwner(options: ServiceAccountTokensOptions, of: Checked): Promise<TokenOwner> {
  const { claims, signal } = of
  checkTimes(claims, options.nowMs())
  const meant = of.audiences.filter((audience) => (claims.aud ?? []).includes(audience))
  if (meant.length === 0) {
    throw new TokenError(
      `token audiences ${list(claims.aud)} is invalid for the target audiences ${list(of.audiences)}`,
    )
  }
  const own = (claims['kubernetes.io'] ?? {}) as PrivateClaims
  const { namespace = '', serviceaccount, pod, secret, node } = own
  if (!serviceaccount?.name || namespace === '') throw new TokenError('the token names no account')
  const at = { namespace, signal }
  await checkBound(options, 'serviceaccounts', { ...at, ref: serviceaccount })
  if (pod) await checkBound(options, 'pods', { ...at, ref: pod })
  if (secret) await checkBound(options, 'secrets', { ...at, ref: secret })
  // Of a pod's token the node is told, and not asked for: the pod says where it is.
  if (node && !pod) await checkBound(options, 'nodes', { namespace: '', signal, ref: node })
  const { name, uid } = serviceaccount
  const user = {
    name: accountName({ namespace, name }),
    uid,
    groups: accountGroups(namespace),
    extra: extraOf(claims, own),
  }
  return { user, audiences: meant }
}

function extraOf(claims: Claims, { pod, node }: PrivateClaims): Record<string, string[]> {
  const prefix = 'authentication.kubernetes.io/'
  return {
    ...(claims.jti && { [CREDENTIAL_ID]: [`JTI=${claims.jti}`] }),
    ...(pod && { [`${prefix}pod-name`]: [pod.name], [`${prefix}pod-uid`]: [pod.uid] }),
    ...(node && { [`${prefix}node-name`]: [node.name] }),
    ...(node?.uid && { [`${prefix}node-uid`]: [node.uid] }),
  }
}

function checkTimes({ exp, nbf }: Claims, nowMs: number): void {
  if (exp === undefined || exp * 1000 <= nowMs) {
    throw new TokenError('service account token has expired')
  }
  if (nbf !== undefined && nbf * 1000 > nowMs) {
    throw new TokenError('service account token is not valid yet')
  }
}

async function checkBound(
  options: ServiceAccountTokensOptions,
  plural: Parameters<ReadBound>[0],
  of: { namespace: string; ref: Ref; signal: AbortSignal },
): Promise<BoundObject> {
  const { namespace, ref, signal } = of
  const found = await options.read(plural, { namespace, name: ref.name, signal })
  if (!found) throw new TokenError(`${plural} ${JSON.stringify(ref.name)} not found`)
  if (found.uid !== ref.uid) {
    throw new TokenError(`${plural} ${JSON.stringify(ref.name)} is another one than the token's`)
  }
  const deleted = found.deletionTimestamp
  if (deleted && Date.parse(deleted) + DELETION_LEEWAY_MS < options.nowMs()) {
    throw new TokenError(`${plural} ${JSON.stringify(ref.name)} has been deleted`)
  }
  return found
}

/** Tokens of old: without an end, good while they stand in their secret. */
async function legacyOwner(
  options: ServiceAccountTokensOptions,
  of: Checked & { readonly token: string },
): Promise<TokenOwner> {
  const { claims, signal } = of
  const claim = (name: string) => {
    const value = claims[LEGACY + name]
    if (typeof value === 'string' && value !== '') return value
    throw new TokenError(`the token lacks the claim ${LEGACY}${name}`)
  }
  const namespace = claim('namespace')
  const name = claim('service-account.name')
  const uid = claim('service-account.uid')
  const secret = claim('secret.name')
  if (claims.sub !== accountName({ namespace, name })) {
    throw new TokenError('the token is of another subject than it says')
  }
  const held = await options.read('secrets', { namespace, name: secret, signal })
  if (!held || held.deletionTimestamp || held.token !== of.token) {
    throw new TokenError('service account token has been invalidated')
  }
  await checkBound(options, 'serviceaccounts', { namespace, ref: { name, uid }, signal })
  return { user: { name: accountName({ namespace, name }), uid, groups: accountGroups(namespace) } }
}

const list = (values: readonly string[] = []) =>
  `[${values.map((value) => JSON.stringify(value)).join(' ')}]`
