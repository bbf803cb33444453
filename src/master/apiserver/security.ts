import type { Clock, HttpsCall, Signer } from '../../base/index.ts'
import { Authentication, type AnonymousOptions } from './authn/authentication.ts'
import { bootstrapTokens } from './authn/bootstrap-token.ts'
import { type VerifyKey, verifyKeys } from './authn/jwt.ts'
import { jwtTokens, type OidcOptions, oidcTokens } from './authn/oidc/index.ts'
import type { RequestHeaderOptions } from './authn/request-header.ts'
import { type BoundObject, serviceAccountTokens } from './authn/service-account.ts'
import { anyToken, type TokenAuthenticator } from './authn/token.ts'
import { type TokenWebhookOptions, tokenWebhook } from './authn/token-webhook.ts'
import { tokenFile } from './authn/token-file.ts'
import { alwaysAllow, alwaysDeny, type Authorizer, firstOf, masters } from './authz/authorizer.ts'
import { cachedRoles } from './authz/cached-roles.ts'
import { nodeAuthorizer } from './authz/node.ts'
import { NodeGraph } from './authz/node-graph.ts'
import { Rbac } from './authz/rbac.ts'
import { type AuthorizationWebhookOptions, authorizationWebhook } from './authz/webhook.ts'
import type { Lookup } from './admission/index.ts'
import type { AuthenticationConfig, AuthorizationConfig } from './configuration/index.ts'
import { follow, type Followed } from './followed.ts'
import type { TokenIssuer } from './subresources/index.ts'

/** Who may come in, and what they may do: kube-apiserver's flags of the same sense. */
export interface SecurityOptions {
  /** Default: `Node` and `RBAC`. */
  readonly authorization?: readonly AuthorizationMode[]
  /** Further authorizers, asked after the others. */
  readonly authorizers?: readonly Authorizer[]
  /** Who is asked in mode `Webhook`. */
  readonly authorizationWebhook?: AuthorizationWebhookOptions
  /** Content of `--token-auth-file`. */
  readonly tokenFile?: string
  /** Default: none are issued, and none are taken. */
  readonly serviceAccounts?: ServiceAccountOptions
  /** An issuer of ID tokens. Default: none. */
  readonly oidc?: OidcOptions
  /** A server of others that knows tokens. Default: none. */
  readonly tokenWebhook?: TokenWebhookOptions
  readonly requestHeader?: RequestHeaderOptions
  /** Authorities of clients' certificates, PEM: what extension API servers are told of them. */
  readonly clientCaPem?: string
  readonly anonymous?: AnonymousOptions
  /** Further issuers, and who may be anonymous, by a file that may change. */
  readonly authenticationConfig?: Followed<AuthenticationConfig>
  /** Instead of `authorization`, by a file that may change. */
  readonly authorizationConfig?: Followed<AuthorizationConfig>
}

export type AuthorizationMode = 'Node' | 'RBAC' | 'Webhook' | 'AlwaysAllow' | 'AlwaysDeny'

export interface ServiceAccountOptions {
  /** URLs; the first signs, the others' tokens are taken as well. */
  readonly issuers: readonly string[]
  readonly signer: Signer
  /** Further public keys whose tokens are taken, PEM. */
  readonly keysPem?: string
  /** Default: the issuers. */
  readonly audiences?: readonly string[]
  readonly maxExpirationSeconds?: number
}

export interface Security {
  readonly authentication: Authentication
  readonly authorizer: Authorizer
  readonly rbac: Rbac
  /** To be run as long as the server is. */
  readonly graph: NodeGraph
  /** Absent: no tokens are issued. */
  readonly issuer: TokenIssuer | undefined
  /** With what tokens of service accounts are checked. */
  readonly keys: readonly VerifyKey[]
}

export interface SecurityParts {
  readonly lookup: Lookup
  readonly clock: Clock
  /** Needed for what is judged by others. */
  readonly outbound?: HttpsCall | undefined
}

export function createSecurity(options: SecurityOptions, parts: SecurityParts): Security {
  const { serviceAccounts: accounts } = options
  const audiences = accounts?.audiences ?? accounts?.issuers ?? []
  const keys = accounts ? verifyKeys(`${accounts.signer.publicPem}\n${accounts.keysPem ?? ''}`) : []
  const { requestHeader, anonymous = { enabled: true }, authenticationConfig } = options
  const { lookup } = parts
  const rbac = new Rbac(cachedRoles(lookup))
  const graph = new NodeGraph(lookup)
  return {
    authentication: new Authentication({
      tokens: tokensOf(options, { keys, audiences }, parts),
      audiences,
      ...(requestHeader && { requestHeader }),
      anonymous: () => authenticationConfig?.().anonymous ?? anonymous,
    }),
    authorizer: authorizerOf(options, { rbac, node: nodeAuthorizer({ graph, lookup }), parts }),
    rbac,
    graph,
    issuer: accounts && issuerOf(accounts, audiences),
    keys,
  }
}

function tokensOf(
  options: SecurityOptions,
  of: { keys: readonly VerifyKey[]; audiences: readonly string[] },
  parts: SecurityParts,
): TokenAuthenticator {
  const { tokenFile: file, serviceAccounts: accounts, oidc, tokenWebhook: webhook } = options
  const { keys, audiences } = of
  const { lookup, clock } = parts
  const tokens: TokenAuthenticator[] = []
  if (file !== undefined) tokens.push(tokenFile(file))
  if (accounts) tokens.push(accountTokens(accounts, keys, parts))
  tokens.push(bootstrapTokens({ secret: secretOf(lookup), nowMs: () => clock.nowMs() }))
  if (oidc) tokens.push(oidcTokens(oidc, { clock, call: outboundOf(parts) }))
  if (options.authenticationConfig) {
    tokens.push(configuredTokens(options.authenticationConfig, parts))
  }
  if (webhook) tokens.push(tokenWebhook(webhook, { clock, audiences, call: outboundOf(parts) }))
  return anyToken(tokens)
}

function configuredTokens(
  config: Followed<AuthenticationConfig>,
  parts: SecurityParts,
): TokenAuthenticator {
  const { clock } = parts
  const current = follow(config, ({ issuers }) => {
    return anyToken(issuers.map((issuer) => jwtTokens(issuer, { clock, call: outboundOf(parts) })))
  })
  return { authenticate: (token, of) => current().authenticate(token, of) }
}

function outboundOf({ outbound }: SecurityParts): HttpsCall {
  if (outbound) return outbound
  throw new TypeError('what is judged by others needs a way to reach them')
}

function issuerOf(accounts: ServiceAccountOptions, audiences: readonly string[]): TokenIssuer {
  const { issuers, signer, maxExpirationSeconds: most } = accounts
  const [issuer = ''] = issuers
  const limit = most !== undefined && { maxExpirationSeconds: most }
  return { issuer, signer, audiences, ...limit }
}

function accountTokens(
  { issuers }: ServiceAccountOptions,
  keys: readonly VerifyKey[],
  { lookup, clock }: SecurityParts,
): TokenAuthenticator {
  return serviceAccountTokens({
    issuers,
    keys,
    nowMs: () => clock.nowMs(),
    async read(plural, at) {
      const found = await lookup.find({ group: '', plural }, at)
      return found && toBound(found)
    },
  })
}

function toBound(object: {
  readonly metadata: { readonly uid?: string; readonly deletionTimestamp?: string | null }
  readonly data?: unknown
}): BoundObject {
  const { uid = '', deletionTimestamp } = object.metadata
  const { token } = (object.data ?? {}) as { token?: string }
  return {
    uid,
    ...(deletionTimestamp && { deletionTimestamp }),
    ...(token !== undefined && { token: Buffer.from(token, 'base64').toString('utf8') }),
  }
}

function secretOf(lookup: Lookup): Parameters<typeof bootstrapTokens>[0]['secret'] {
  return async (name, { signal }) => {
    const at = { namespace: 'kube-system', name, signal }
    return lookup.find({ group: '', plural: 'secrets' }, at)
  }
}

function authorizerOf(
  options: SecurityOptions,
  of: { rbac: Rbac; node: Authorizer; parts: SecurityParts },
): Authorizer {
  const { rbac, node, parts } = of
  const { authorization = ['Node', 'RBAC'], authorizers = [] } = options
  const byMode = { Node: node, RBAC: rbac, AlwaysAllow: alwaysAllow, AlwaysDeny: alwaysDeny }
  const { authorizationConfig: config } = options
  if (config) {
    const current = follow(config, ({ authorizers: rules }) => {
      const configured = rules.map((each) => {
        if (each.type !== 'Webhook') return byMode[each.type]
        return authorizationWebhook(each.webhook, { clock: parts.clock, call: outboundOf(parts) })
      })
      return firstOf([masters, ...configured, ...authorizers])
    })
    return {
      authorize: (attributes, of) => current().authorize(attributes, of),
      rulesFor: (user, namespace) => {
        const none = { rules: [], incomplete: false, errors: [] }
        return current().rulesFor?.(user, namespace) ?? none
      },
    }
  }
  const chosen = authorization.map((mode) => {
    return mode === 'Webhook' ? webhookOf(options, parts) : byMode[mode]
  })
  return firstOf([masters, ...chosen, ...authorizers])
}

function webhookOf(options: SecurityOptions, parts: SecurityParts): Authorizer {
  const { authorizationWebhook: webhook } = options
  if (!webhook) throw new TypeError('authorization by a webhook needs to know which')
  return authorizationWebhook(webhook, { clock: parts.clock, call: outboundOf(parts) })
}
