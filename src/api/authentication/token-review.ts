import { ObjectMeta } from '../meta/index.ts'
import { UserInfo } from './user-info.ts'
import { boolean, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const TokenReviewSpec = struct('io.k8s.api.authentication.v1.TokenReviewSpec', 'A token.', {
  token: string(1, 'The text.').required().nullable(),
  audiences: list(2, string, 'Who a token is for.').atomic(),
})
export interface TokenReviewSpec extends TypeOf<typeof TokenReviewSpec> {}

export const TokenReviewStatus = struct(
  'io.k8s.api.authentication.v1.TokenReviewStatus',
  'Whose token it is.',
  {
    authenticated: boolean(1, 'Whether it is good.'),
    user: ref(2, UserInfo, 'The user.').written(),
    audiences: list(4, string, 'Who a token is for.').atomic(),
    error: string(3, 'Why it could not be told.'),
  },
)
export interface TokenReviewStatus extends TypeOf<typeof TokenReviewStatus> {}

export const TokenReview = struct(
  'io.k8s.api.authentication.v1.TokenReview',
  'Whose token is this?',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, TokenReviewSpec, 'The token.').required().always(),
    status: ref(3, TokenReviewStatus, 'The answer.').always(),
  },
)
export interface TokenReview extends TypeOf<typeof TokenReview> {}
