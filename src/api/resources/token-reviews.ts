import type { TokenReview } from '../authentication/index.ts'
import { TokenReview as declared } from '../authentication/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const tokenReviews: Resource<TokenReview> = defineResource<TokenReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'TokenReview',
  plural: 'tokenreviews',
  namespaced: false,
  verbs: ['create'],
  virtual: true,
  struct: declared,
  strategy: defineStrategy({}),
})
