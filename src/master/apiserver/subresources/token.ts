import {
  type KubeObject,
  type Node,
  type Pod,
  TokenRequest,
  type FieldError,
  invalid,
} from '../../../api/index.ts'
import { type Random, type Signer } from '../../../base/index.ts'
import { type Claims, signJwt } from '../authn/jwt.ts'
import type { PrivateClaims } from '../authn/service-account.ts'
import { callOf, type Exchange } from '../exchange.ts'
import { getObject } from '../registry/list.ts'
import { type Store, timestamp } from '../registry/store.ts'
import { readReview, replyReview, type ReviewKind } from '../reviews/review.ts'
import { statusErrors } from '../status.ts'
import { accountName } from '../user.ts'
import { admitSubresource } from './admit.ts'
import type { Subresource } from './router.ts'

/** What tokens of service accounts are made with. */
export interface TokenIssuer {
  readonly issuer: string
  readonly signer: Signer
  /** For whom a token is meant that names nobody. */
  readonly audiences: readonly string[]
  /** Longer lives are cut. Default: none are. */
  readonly maxExpirationSeconds?: number
}

const KIND: ReviewKind = {
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenRequest',
  struct: TokenRequest,
}
const EXPIRATION_SECONDS = 3_600
const EXPIRATION_SECONDS_MIN = 600
const EXPIRATION_SECONDS_MAX = 2 ** 32

export interface TokenParts {
  readonly core: (plural: string) => Store | undefined
  readonly issuer: TokenIssuer | undefined
  readonly random: Random
}

/** `serviceaccounts/token`: a token that ends by itself, or with what it is bound to. */
export function token(parts: TokenParts): Subresource {
  return (store) => async (exchange) => {
    const { issuer } = parts
    if (!issuer) throw statusErrors.unknownResource()
    const { review, options } = await readReview<TokenRequest>(exchange, KIND, applyDefaults)
    const { name, namespace } = exchange.at
    claim(review, { name, namespace })
    const call = { ...callOf(exchange, true), options }
    const found = (await getObject(store, call, { name, version: '' })).parse()
    const account = { name, uid: found.metadata.uid ?? '' }
    const { spec } = review
    if ((spec.audiences ?? []).length === 0) spec.audiences = [...issuer.audiences]
    const seconds = spec.expirationSeconds ?? EXPIRATION_SECONDS
    const errors = expirationErrors(seconds)
    if (errors.length > 0) throw statusErrors.invalid(KIND, '', errors)
    await admitSubresource(store, call, { name, subresource: 'token', ...KIND, object: review })
    const lifeSeconds = Math.min(seconds, issuer.maxExpirationSeconds ?? seconds)
    spec.expirationSeconds = lifeSeconds
    const bound = await boundClaims(parts, exchange, { review, account: name })
    const nowSeconds = Math.floor(exchange.nowMs() / 1000)
    const exp = nowSeconds + lifeSeconds
    const claims: Claims = {
      aud: spec.audiences ?? [],
      exp,
      iat: nowSeconds,
      iss: issuer.issuer,
      jti: parts.random.uuid(),
      'kubernetes.io': { namespace, ...bound, serviceaccount: account },
      nbf: nowSeconds,
      sub: accountName({ namespace, name }),
    }
    const { managedFields } = review.metadata
    const creationTimestamp = timestamp(exchange.nowMs())
    const metadata = { name, namespace, creationTimestamp, ...(managedFields && { managedFields }) }
    const status = {
      token: signJwt(issuer.signer, claims),
      expirationTimestamp: timestamp(exp * 1000),
    }
    return replyReview(exchange, KIND, { ...review, metadata, status } as KubeObject)
  }
}

function applyDefaults({ spec }: TokenRequest): void {
  spec.expirationSeconds ??= EXPIRATION_SECONDS
}

function claim(
  { metadata }: TokenRequest,
  { name, namespace }: { name: string; namespace: string },
): void {
  const { name: given = '', namespace: within = '' } = metadata
  if (given !== '' && given !== name) {
    throw statusErrors.badRequest(
      `the name in the URL (${name}) does not match the name of the token request (${given})`,
    )
  }
  if (within === '' || within === namespace) return
  throw statusErrors.badRequest(
    'the namespace of the provided object does not match the namespace sent on the request',
  )
}

function expirationErrors(seconds: number): FieldError[] {
  const field = 'spec.expirationSeconds'
  if (seconds < EXPIRATION_SECONDS_MIN) {
    return [invalid(field, seconds, 'may not specify a duration less than 10 minutes')]
  }
  if (seconds <= EXPIRATION_SECONDS_MAX) return []
  return [invalid(field, seconds, 'may not specify a duration larger than 2^32 seconds')]
}

/** What the token is bound to, as claims. Throws 400, 404 and 409. */
async function boundClaims(
  parts: TokenParts,
  exchange: Exchange,
  of: { review: TokenRequest; account: string },
): Promise<PrivateClaims> {
  const ref = of.review.spec.boundObjectRef
  if (!ref) return {}
  const { kind = '', apiVersion = '', name = '' } = ref
  const plural = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' }[kind]
  if (plural === undefined || apiVersion !== 'v1') {
    const [version = '', group = ''] = apiVersion.split('/').reverse()
    const type = `${group}/${version}, Kind=${kind}`
    throw statusErrors.badRequest(`cannot bind token to object of type ${type}`)
  }
  const object = await read(parts, exchange, { plural, name })
  const uid = object.metadata.uid ?? ''
  if (ref.uid && ref.uid !== uid) {
    const why = `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`
    throw statusErrors.conflict({ group: '', plural: kind }, name, why)
  }
  if (kind === 'Secret') return { secret: { name, uid } }
  if (kind === 'Node') return { node: { name, uid } }
  return { pod: { name, uid }, ...(await nodeOfPod(parts, exchange, { pod: object as Pod, of })) }
}

async function nodeOfPod(
  parts: TokenParts,
  exchange: Exchange,
  { pod, of }: { pod: Pod; of: { account: string } },
): Promise<PrivateClaims> {
  const { serviceAccountName = '', nodeName = '' } = pod.spec
  if (serviceAccountName !== of.account) {
    throw statusErrors.badRequest(
      `cannot bind token for serviceaccount ${JSON.stringify(of.account)} to pod running with different serviceaccount name.`,
    )
  }
  if (nodeName === '') return {}
  const node = (await read(parts, exchange, { plural: 'nodes', name: nodeName }).catch(
    () => undefined,
  )) as Node | undefined
  // A pod may be there before its node is.
  return { node: { name: nodeName, uid: node?.metadata.uid ?? '' } }
}

async function read(
  { core }: TokenParts,
  exchange: Exchange,
  at: { plural: string; name: string },
): Promise<KubeObject> {
  const store = core(at.plural)
  if (!store) throw statusErrors.notFound({ group: '', plural: at.plural }, at.name)
  const call = callOf(exchange, store.resource.namespaced)
  return (await getObject(store, call, { name: at.name, version: '' })).parse()
}
