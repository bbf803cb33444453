import {
  type FieldError,
  goText,
  invalid,
  type KubeObject,
  LocalSubjectAccessReview,
  NonResourceAttributes,
  SelfSubjectAccessReview,
  SubjectAccessReview,
  type SubjectAccessReviewSpec,
} from '../../../api/index.ts'
import type { HttpResponse } from '../../../base/index.ts'
import type { Attributes } from '../authz/attributes.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import type { Exchange } from '../exchange.ts'
import { statusErrors } from '../status.ts'
import type { User } from '../user.ts'
import { readReview, replyReview, type ReviewKind } from './review.ts'
import { evaluationError, validateSelectors } from './selectors.ts'

const GROUP = { group: 'authorization.k8s.io', version: 'v1' }
const SUBJECT: ReviewKind = { ...GROUP, kind: 'SubjectAccessReview', struct: SubjectAccessReview }
const LOCAL: ReviewKind = {
  ...GROUP,
  kind: 'LocalSubjectAccessReview',
  struct: LocalSubjectAccessReview,
}
const SELF: ReviewKind = {
  ...GROUP,
  kind: 'SelfSubjectAccessReview',
  struct: SelfSubjectAccessReview,
}

type Spec = Pick<SubjectAccessReviewSpec, 'resourceAttributes' | 'nonResourceAttributes'>
type Reviewed = KubeObject & { spec: SubjectAccessReviewSpec; status?: object }

/** SubjectAccessReview: whether anybody may do something. */
export async function subjectAccessReview(
  exchange: Exchange,
  authorizer: Authorizer,
): Promise<HttpResponse> {
  const { review } = await readReview<Reviewed>(exchange, SUBJECT)
  refuse([...subjectErrors(review.spec), ...metaErrors(review, '')])
  return answer(exchange, SUBJECT, { review, user: subjectOf(review.spec), authorizer })
}

/** LocalSubjectAccessReview: the same in one namespace, for those who may ask about it alone. */
export async function localSubjectAccessReview(
  exchange: Exchange,
  authorizer: Authorizer,
): Promise<HttpResponse> {
  const { namespace } = exchange.at
  const { review } = await readReview<Reviewed>(exchange, LOCAL)
  review.metadata.namespace ||= namespace
  if (review.metadata.namespace !== namespace) {
    throw statusErrors.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  }
  const { spec } = review
  const errors = [...subjectErrors(spec), ...metaErrors(review, namespace)]
  const about = spec.resourceAttributes?.namespace ?? ''
  if (spec.resourceAttributes && about !== namespace) {
    const field = 'spec.resourceAttributes.namespace'
    errors.push(invalid(field, about, 'must match metadata.namespace'))
  }
  if (spec.nonResourceAttributes) {
    const detail = 'disallowed on this kind of request'
    const shown = goText(NonResourceAttributes, spec.nonResourceAttributes)
    errors.push(invalid('spec.nonResourceAttributes', shown, detail))
  }
  refuse(errors)
  return answer(exchange, LOCAL, { review, user: subjectOf(spec), authorizer })
}

/** SelfSubjectAccessReview: whether the one who asks may do something. */
export async function selfSubjectAccessReview(
  exchange: Exchange,
  authorizer: Authorizer,
): Promise<HttpResponse> {
  const { review } = await readReview<Reviewed>(exchange, SELF)
  const { spec } = review
  refuse([...specErrors(spec), ...selectorErrors(spec), ...metaErrors(review, '')])
  return answer(exchange, SELF, { review, user: exchange.user, authorizer })
}

async function answer(
  exchange: Exchange,
  kind: ReviewKind,
  of: { review: Reviewed; user: User; authorizer: Authorizer },
): Promise<HttpResponse> {
  const { review, user, authorizer } = of
  const { signal } = exchange
  const decision = await authorizer.authorize(attributesOf(review.spec, user), { signal })
  const { reason } = decision
  const error = evaluationError(decision.error, review.spec.resourceAttributes)
  const status = {
    allowed: decision.kind === 'allow',
    ...(decision.kind === 'deny' && { denied: true }),
    ...(reason !== '' && { reason }),
    ...(error !== undefined && { evaluationError: error }),
  }
  return replyReview(exchange, kind, { ...review, status } as KubeObject)
}

function attributesOf(spec: Spec, user: User): Attributes {
  const { resourceAttributes: about, nonResourceAttributes } = spec
  if (!about) {
    const { verb = '', path = '' } = nonResourceAttributes ?? {}
    return { kind: 'path', user, verb, path }
  }
  const { verb = '', group = '', version = '', resource = '' } = about
  const { subresource = '', namespace = '', name = '' } = about
  const at = { group, version, resource, subresource, namespace, name }
  return { kind: 'resource', user, verb, ...at }
}

function subjectOf({ user = '', groups = [], uid, extra }: SubjectAccessReviewSpec): User {
  return { name: user, groups, ...(uid && { uid }), ...(extra && { extra }) }
}

function refuse(errors: readonly FieldError[]): void {
  if (errors.length > 0) throw statusErrors.invalid({ group: GROUP.group, kind: '' }, '', errors)
}

function subjectErrors(spec: SubjectAccessReviewSpec): FieldError[] {
  return [...specErrors(spec), ...userErrors(spec), ...selectorErrors(spec)]
}

function selectorErrors({ resourceAttributes }: Spec): FieldError[] {
  return resourceAttributes ? validateSelectors(resourceAttributes) : []
}

const ONE = 'exactly one of nonResourceAttributes or resourceAttributes must be specified'

function specErrors({ resourceAttributes, nonResourceAttributes }: Spec): FieldError[] {
  if (resourceAttributes && nonResourceAttributes) {
    const detail = 'cannot be specified in combination with resourceAttributes'
    const shown = goText(NonResourceAttributes, nonResourceAttributes)
    return [invalid('spec.nonResourceAttributes', shown, detail)]
  }
  if (resourceAttributes || nonResourceAttributes) return []
  return [invalid('spec.resourceAttributes', 'null', ONE)]
}

function userErrors({ user = '', groups = [] }: SubjectAccessReviewSpec): FieldError[] {
  if (user !== '' || groups.length > 0) return []
  return [invalid('spec.user', '', 'at least one of user or group must be specified')]
}

/** A review has no name and nothing else of an object's. */
function metaErrors({ metadata }: KubeObject, namespace: string): FieldError[] {
  const { managedFields: _, creationTimestamp: __, ...rest } = metadata
  const others = Object.entries(rest).filter(
    ([name, value]) => !(name === 'namespace' && value === namespace),
  )
  return others.length === 0 ? [] : [invalid('metadata', metadata, 'must be empty')]
}
