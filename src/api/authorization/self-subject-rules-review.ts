import { ObjectMeta } from '../meta/index.ts'
import { boolean, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const NonResourceRule = struct(
  'io.k8s.api.authorization.v1.NonResourceRule',
  'What may be done with paths.',
  {
    verbs: list(1, string, 'Verbs; `*` for all.').atomic().required(),
    nonResourceURLs: list(
      2,
      string,
      'Paths, with `*` at the end of one for all below it.',
    ).atomic(),
  },
)
export interface NonResourceRule extends TypeOf<typeof NonResourceRule> {}

export const ResourceRule = struct(
  'io.k8s.api.authorization.v1.ResourceRule',
  'What may be done with resources.',
  {
    verbs: list(1, string, 'Verbs; `*` for all.').atomic().required(),
    apiGroups: list(2, string, 'Groups, empty for the core group; `*` for all.').atomic(),
    resources: list(3, string, 'Names of the resources, as in URLs; `*` for all.').atomic(),
    resourceNames: list(4, string, 'Names of single objects; all if empty.').atomic(),
  },
)
export interface ResourceRule extends TypeOf<typeof ResourceRule> {}

export const SelfSubjectRulesReviewSpec = struct(
  'io.k8s.api.authorization.v1.SelfSubjectRulesReviewSpec',
  'The question.',
  {
    namespace: string(1, 'The namespace.'),
  },
)
export interface SelfSubjectRulesReviewSpec extends TypeOf<typeof SelfSubjectRulesReviewSpec> {}

export const SubjectRulesReviewStatus = struct(
  'io.k8s.api.authorization.v1.SubjectRulesReviewStatus',
  'What may be done.',
  {
    resourceRules: list(1, ResourceRule, 'On resources.').atomic().required(),
    nonResourceRules: list(2, NonResourceRule, 'On paths.').atomic().required(),
    incomplete: boolean(3, 'Whether there may be more.').required(),
    evaluationError: string(4, 'What went wrong on the way; the answer may be right nevertheless.'),
  },
)
export interface SubjectRulesReviewStatus extends TypeOf<typeof SubjectRulesReviewStatus> {}

export const SelfSubjectRulesReview = struct(
  'io.k8s.api.authorization.v1.SelfSubjectRulesReview',
  'What may I do in a namespace?',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, SelfSubjectRulesReviewSpec, 'The question.').required().always(),
    status: ref(3, SubjectRulesReviewStatus, 'The answer.').always(),
  },
)
export interface SelfSubjectRulesReview extends TypeOf<typeof SelfSubjectRulesReview> {}
