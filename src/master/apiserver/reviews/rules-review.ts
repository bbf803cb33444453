import { SelfSubjectRulesReview } from '../../../api/index.ts'
import type { HttpResponse } from '../../../base/index.ts'
import { aggregated, type Authorizer } from '../authz/authorizer.ts'
import type { Exchange } from '../exchange.ts'
import { statusErrors } from '../status.ts'
import { readReview, replyReview, type ReviewKind } from './review.ts'

const KIND: ReviewKind = {
  group: 'authorization.k8s.io',
  version: 'v1',
  kind: 'SelfSubjectRulesReview',
  struct: SelfSubjectRulesReview,
}

/** SelfSubjectRulesReview: everything that the one who asks may do in a namespace. */
export async function selfSubjectRulesReview(
  exchange: Exchange,
  authorizer: Authorizer,
): Promise<HttpResponse> {
  const { review } = await readReview<SelfSubjectRulesReview>(exchange, KIND)
  const { namespace = '' } = review.spec
  if (namespace === '') throw statusErrors.badRequest('no namespace on request')
  const found = authorizer.rulesFor?.(exchange.user, namespace)
  const { rules, incomplete, errors } = found ?? { rules: [], incomplete: true, errors: [] }
  const resourceRules = rules.flatMap((rule) => {
    const { verbs, apiGroups, resources, resourceNames } = rule
    if ((resources ?? []).length === 0) return []
    return [{ verbs, apiGroups, resources, ...(resourceNames && { resourceNames }) }]
  })
  const nonResourceRules = rules.flatMap(({ verbs, nonResourceURLs }) =>
    (nonResourceURLs ?? []).length === 0 ? [] : [{ verbs, nonResourceURLs }],
  )
  const status = {
    resourceRules,
    nonResourceRules,
    incomplete,
    ...(errors.length > 0 && { evaluationError: aggregated(errors) }),
  }
  return replyReview(exchange, KIND, Object.assign({ metadata: {}, spec: {} }, { status }))
}
