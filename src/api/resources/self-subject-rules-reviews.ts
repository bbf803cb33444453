import type { SelfSubjectRulesReview } from '../authorization/index.ts'
import { SelfSubjectRulesReview as declared } from '../authorization/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const selfSubjectRulesReviews: Resource<SelfSubjectRulesReview> =
  defineResource<SelfSubjectRulesReview>({
    group: 'authorization.k8s.io',
    version: 'v1',
    kind: 'SelfSubjectRulesReview',
    plural: 'selfsubjectrulesreviews',
    namespaced: false,
    verbs: ['create'],
    virtual: true,
    struct: declared,
    strategy: defineStrategy({}),
  })
