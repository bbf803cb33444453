import { ObjectMeta } from '../meta/index.ts'
import { UserInfo } from './user-info.ts'
import { boolean, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const TokenReviewSpec = struct('io.k8s.api.authentication.v1.TokenReviewSpec', '', {
  audiences: list(2, string).atomic(),
  token: string(1).required().nullable(),
})
export interface TokenReviewSpec extends TypeOf<typeof TokenReviewSpec> {}

export const TokenReviewStatus = struct('io.k8s.api.authentication.v1.TokenReviewStatus', '', {
  audiences: list(4, string).atomic(),
  authenticated: boolean(1),
  error: string(3),
  user: ref(2, UserInfo).written(),
})
export interface TokenReviewStatus extends TypeOf<typeof TokenReviewStatus> {}

export const TokenReview = struct('io.k8s.api.authentication.v1.TokenReview', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, TokenReviewSpec).required().always(),
  status: ref(3, TokenReviewStatus).always(),
})
export interface TokenReview extends TypeOf<typeof TokenReview> {}
