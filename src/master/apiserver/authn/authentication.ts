import { createHash } from 'node:crypto'
import type { HttpRequest, PeerIdentity } from '../../../base/index.ts'
import { statusErrors } from '../status.ts'
import { ANONYMOUS, authenticated, CREDENTIAL_ID, type User } from '../user.ts'
import { type FrontProxy, frontProxy, type RequestHeaderOptions } from './request-header.ts'
import { type TokenAuthenticator, TokenError, type TokenOwner } from './token.ts'

export interface AuthenticationOptions {
  /** Asked about bearer tokens. */
  readonly tokens: TokenAuthenticator
  /** For whom tokens must be meant: names of this API. */
  readonly audiences: readonly string[]
  readonly requestHeader?: RequestHeaderOptions
  /** As it is now. */
  readonly anonymous: () => AnonymousOptions
}

/** Requests without any credential; what they may do is the authorizer's business. */
export interface AnonymousOptions {
  /** Default true: as `system:anonymous`. */
  readonly enabled: boolean
  /** Only there; default: everywhere. */
  readonly paths?: readonly string[]
}

/** Finds out who sends a request: the first credential that is there counts. */
export class Authentication {
  readonly #options: AuthenticationOptions
  readonly #proxy: FrontProxy | undefined

  constructor(options: AuthenticationOptions) {
    this.#options = options
    this.#proxy = options.requestHeader && frontProxy(options.requestHeader)
  }

  /** For whom tokens are meant that say nothing else. */
  get audiences(): readonly string[] {
    return this.#options.audiences
  }

  /** Throws 401 for a credential that is wrong, and without any where one is needed. */
  async authenticate(request: HttpRequest, path: string): Promise<User> {
    const proxied = this.#proxy?.userOf(request)
    if (proxied) return authenticated(proxied)
    const { identity } = request
    if (identity && !this.#proxy?.isProxy(request)) {
      return userOf(identity)
    }
    const token = bearerToken(request)
    if (token === undefined) return this.#anonymous(request, path)
    const { signal } = request
    const { audiences } = this
    const owner = await this.review(token, { audiences, signal })
    if (typeof owner === 'string') throw statusErrors.unauthorized()
    return owner.user
  }

  /** Who a token belongs to, with all groups; as text, why it is refused. */
  async review(
    token: string,
    options: { audiences: readonly string[]; signal: AbortSignal },
  ): Promise<Required<TokenOwner> | string> {
    const { audiences } = options
    try {
      const owner = await this.#options.tokens.authenticate(token, options)
      if (!owner) return INVALID
      // A token that says nothing of it is meant for this API.
      const meant = owner.audiences ?? audiences.filter((each) => this.audiences.includes(each))
      if (meant.length === 0 && audiences.length > 0) return INVALID
      return { user: authenticated(owner.user), audiences: meant }
    } catch (error) {
      if (error instanceof TokenError) return `[${INVALID}, ${error.message}]`
      throw error
    }
  }

  #anonymous(request: HttpRequest, path: string): User {
    const { enabled, paths } = this.#options.anonymous()
    // A certificate that nobody of ours signed is a wrong credential, not the lack of one.
    if (request.foreignCertificate === true || !enabled) throw statusErrors.unauthorized()
    if (paths && !paths.includes(path)) throw statusErrors.unauthorized()
    return ANONYMOUS
  }
}

// One for each connection: nothing of it changes.
const users = new WeakMap<PeerIdentity, User>()

function userOf(identity: PeerIdentity): User {
  let user = users.get(identity)
  if (!user) {
    const { commonName: name, organizations: groups, certificate } = identity
    const hash = certificate && createHash('sha256').update(certificate).digest('hex')
    const extra = hash !== undefined && { extra: { [CREDENTIAL_ID]: [`X509SHA256=${hash}`] } }
    user = authenticated({ name, groups: [...new Set(groups)], ...extra })
    users.set(identity, user)
  }
  return user
}

const INVALID = 'invalid bearer token'

/** How browsers send a token with a WebSocket, for which they set no headers. */
const WEBSOCKET = /(?:^|,\s*)base64url\.bearer\.authorization\.k8s\.io\.([\w-]+)/

/** RFC 6750 §2.1. Other schemes, and `Bearer` without anything behind it, are no token. */
function bearerToken({ headers }: HttpRequest): string | undefined {
  const [scheme = '', token = ''] = (headers['authorization'] ?? '').trim().split(' ')
  if (scheme.toLowerCase() === 'bearer' && token !== '') return token
  const [, encoded] = WEBSOCKET.exec(headers['sec-websocket-protocol'] ?? '') ?? []
  return encoded === undefined ? undefined : Buffer.from(encoded, 'base64url').toString('utf8')
}
