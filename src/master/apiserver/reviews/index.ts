import type { Authentication } from '../authn/authentication.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { ResourceRequest } from '../request-info.ts'
import type { SubresourceHandler } from '../subresources/index.ts'
import {
  localSubjectAccessReview,
  selfSubjectAccessReview,
  subjectAccessReview,
} from './access-review.ts'
import { selfSubjectRulesReview } from './rules-review.ts'
import { selfSubjectReview, tokenReview } from './user-review.ts'

/** Who answers a request about a kind that is a question to the server; undefined: none of those. */
export function reviewRouter(options: {
  readonly authentication: Authentication
  readonly authorizer: Authorizer
}): (at: ResourceRequest) => SubresourceHandler | undefined {
  const { authentication, authorizer } = options
  const handlers: Readonly<Record<string, SubresourceHandler>> = {
    'authentication.k8s.io/selfsubjectreviews': selfSubjectReview,
    'authentication.k8s.io/tokenreviews': (exchange) => tokenReview(exchange, authentication),
    'authorization.k8s.io/localsubjectaccessreviews': (exchange) =>
      localSubjectAccessReview(exchange, authorizer),
    'authorization.k8s.io/selfsubjectaccessreviews': (exchange) =>
      selfSubjectAccessReview(exchange, authorizer),
    'authorization.k8s.io/selfsubjectrulesreviews': (exchange) =>
      selfSubjectRulesReview(exchange, authorizer),
    'authorization.k8s.io/subjectaccessreviews': (exchange) =>
      subjectAccessReview(exchange, authorizer),
  }
  return (at) => {
    if (at.version !== 'v1' || at.name !== '') return undefined
    return handlers[`${at.group}/${at.plural}`]
  }
}
