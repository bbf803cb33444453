import { ObjectMeta } from '../meta/index.ts'
import { boolean, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const NonResourceRule = struct('io.k8s.api.authorization.v1.NonResourceRule', '', {
  nonResourceURLs: list(2, string).atomic(),
  verbs: list(1, string).atomic().required(),
})
export interface NonResourceRule extends TypeOf<typeof NonResourceRule> {}

export const ResourceRule = struct('io.k8s.api.authorization.v1.ResourceRule', '', {
  apiGroups: list(2, string).atomic(),
  resourceNames: list(4, string).atomic(),
  resources: list(3, string).atomic(),
  verbs: list(1, string).atomic().required(),
})
export interface ResourceRule extends TypeOf<typeof ResourceRule> {}

export const SelfSubjectRulesReviewSpec = struct(
  'io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec',
  '',
  {
    namespace: string(1),
  },
)
export interface SelfSubjectRulesReviewSpec extends TypeOf<typeof SelfSubjectRulesReviewSpec> {}

export const SubjectRulesReviewStatus = struct(
  'io.k8s.api.authorization.v1.SubjectRulesReviewStatus',
  '',
  {
    evaluationError: string(4),
    incomplete: boolean(3).required(),
    nonResourceRules: list(2, NonResourceRule).atomic().required(),
    resourceRules: list(1, ResourceRule).atomic().required(),
  },
)
export interface SubjectRulesReviewStatus extends TypeOf<typeof SubjectRulesReviewStatus> {}

export const SelfSubjectRulesReview = struct(
  'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, SelfSubjectRulesReviewSpec).required().always(),
    status: ref(3, SubjectRulesReviewStatus).always(),
  },
)
export interface SelfSubjectRulesReview extends TypeOf<typeof SelfSubjectRulesReview> {}
