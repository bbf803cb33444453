import { SelfSubjectReview, TokenReview } from '../../../api/index.ts'
import type { HttpResponse } from '../../../base/index.ts'
import type { Authentication } from '../authn/authentication.ts'
import type { Exchange } from '../exchange.ts'
import { timestamp } from '../registry/store.ts'
import { statusErrors } from '../status.ts'
import type { User } from '../user.ts'
import { readReview, replyReview, type ReviewKind } from './review.ts'

const GROUP = { group: 'authentication.k8s.io', version: 'v1' }
const SELF: ReviewKind = { ...GROUP, kind: 'SelfSubjectReview', struct: SelfSubjectReview }
const TOKEN: ReviewKind = { ...GROUP, kind: 'TokenReview', struct: TokenReview }

/** SelfSubjectReview: who the server takes the one who asks for. */
export async function selfSubjectReview(exchange: Exchange): Promise<HttpResponse> {
  await readReview<SelfSubjectReview>(exchange, SELF)
  const metadata = { creationTimestamp: timestamp(exchange.nowMs()) }
  const status = { userInfo: userInfo(exchange.user) }
  return replyReview(exchange, SELF, Object.assign({ metadata }, { status }))
}

/** TokenReview: who a token belongs to, for those who are shown it and cannot tell. */
export async function tokenReview(
  exchange: Exchange,
  authentication: Authentication,
): Promise<HttpResponse> {
  const { review } = await readReview<TokenReview>(exchange, TOKEN)
  const { token, audiences = [] } = review.spec
  if (!token) {
    throw statusErrors.badRequest('token is required for TokenReview in authentication')
  }
  const { signal } = exchange
  const wanted = audiences.length > 0 ? audiences : authentication.audiences
  const owner = await authentication.review(token, { audiences: wanted, signal })
  // What the one who asks has said of the answer stays where there is none.
  const { authenticated: _, ...said } = review.status ?? {}
  const status =
    typeof owner === 'string'
      ? { user: {}, ...said, error: owner }
      : {
          ...said,
          authenticated: true,
          user: userInfo(owner.user),
          audiences: [...owner.audiences],
        }
  return replyReview(exchange, TOKEN, Object.assign(review, { status }))
}

function userInfo({ name, uid, groups, extra }: User) {
  return {
    username: name,
    ...(uid && { uid }),
    groups,
    ...(extra && Object.keys(extra).length > 0 && { extra }),
  }
}
