import type { SelfSubjectAccessReview } from '../authorization/index.ts'
import { SelfSubjectAccessReview as declared } from '../authorization/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const selfSubjectAccessReviews: Resource<SelfSubjectAccessReview> =
  defineResource<SelfSubjectAccessReview>({
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectAccessReview',
    plural: 'selfsubjectaccessreviews',
    namespaced: false,
    verbs: ['create'],
    virtual: true,
    struct: declared,
    strategy: defineStrategy({}),
  })
