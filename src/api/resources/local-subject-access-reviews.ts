import type { LocalSubjectAccessReview } from '../authorization/index.ts'
import { LocalSubjectAccessReview as declared } from '../authorization/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const localSubjectAccessReviews: Resource<LocalSubjectAccessReview> =
  defineResource<LocalSubjectAccessReview>({
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'LocalSubjectAccessReview',
    plural: 'localsubjectaccessreviews',
    verbs: ['create'],
    virtual: true,
    struct: declared,
    strategy: defineStrategy({}),
  })
