import type { SelfSubjectReview } from '../authentication/index.ts'
import { SelfSubjectReview as declared } from '../authentication/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const selfSubjectReviews: Resource<SelfSubjectReview> = defineResource<SelfSubjectReview>({
  group: 'authentication.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectReview',
  plural: 'selfsubjectreviews',
  namespaced: false,
  verbs: ['create'],
  virtual: true,
  struct: declared,
  strategy: defineStrategy({}),
})
