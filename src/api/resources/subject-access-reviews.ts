import type { SubjectAccessReview } from '../authorization/index.ts'
import { SubjectAccessReview as declared } from '../authorization/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const subjectAccessReviews: Resource<SubjectAccessReview> =
  defineResource<SubjectAccessReview>({
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SubjectAccessReview',
    plural: 'subjectaccessreviews',
    namespaced: false,
    verbs: ['create'],
    virtual: true,
    struct: declared,
    strategy: defineStrategy({}),
  })
