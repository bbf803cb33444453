import { ObjectMeta } from '../meta/index.ts'
import { NonResourceAttributes, ResourceAttributes } from './attributes.ts'
import {
  boolean,
  list,
  map,
  ref,
  string,
  stringList,
  struct,
  type TypeOf,
} from '../schema/index.ts'

export const SelfSubjectAccessReviewSpec = struct(
  'io.k8s.api.authorization.v1.SelfSubjectAccessReviewSpec',
  'The question.',
  {
    resourceAttributes: ref(1, ResourceAttributes, 'A request about a resource.'),
    nonResourceAttributes: ref(2, NonResourceAttributes, 'A request about a path.'),
  },
)
export interface SelfSubjectAccessReviewSpec extends TypeOf<typeof SelfSubjectAccessReviewSpec> {}

export const SubjectAccessReviewSpec = struct(
  'io.k8s.api.authorization.v1.SubjectAccessReviewSpec',
  'The question.',
  {
    resourceAttributes: ref(1, ResourceAttributes, 'A request about a resource.'),
    nonResourceAttributes: ref(2, NonResourceAttributes, 'A request about a path.'),
    user: string(3, 'Name of the user.'),
    groups: list(4, string, 'Groups that the user is in.').atomic(),
    extra: map(5, stringList, 'Whatever else is known, by name.'),
    uid: string(6, 'Unique identifier.'),
  },
)
export interface SubjectAccessReviewSpec extends TypeOf<typeof SubjectAccessReviewSpec> {}

export const SubjectAccessReviewStatus = struct(
  'io.k8s.api.authorization.v1.SubjectAccessReviewStatus',
  'The answer.',
  {
    allowed: boolean(1, 'Whether it is allowed.').required(),
    denied: boolean(4, 'Whether it is refused outright.'),
    reason: string(2, 'Why.'),
    evaluationError: string(3, 'What went wrong on the way; the answer may be right nevertheless.'),
  },
)
export interface SubjectAccessReviewStatus extends TypeOf<typeof SubjectAccessReviewStatus> {}

export const LocalSubjectAccessReview = struct(
  'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
  'May somebody do something in a namespace?',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, SubjectAccessReviewSpec, 'The question.').required().always(),
    status: ref(3, SubjectAccessReviewStatus, 'The answer.').always(),
  },
)
export interface LocalSubjectAccessReview extends TypeOf<typeof LocalSubjectAccessReview> {}

export const SelfSubjectAccessReview = struct(
  'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  'May I do something?',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, SelfSubjectAccessReviewSpec, 'The question.').required().always(),
    status: ref(3, SubjectAccessReviewStatus, 'The answer.').always(),
  },
)
export interface SelfSubjectAccessReview extends TypeOf<typeof SelfSubjectAccessReview> {}

export const SubjectAccessReview = struct(
  'io.k8s.api.authorization.v1.SubjectAccessReview',
  'May somebody do something?',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, SubjectAccessReviewSpec, 'The question.').required().always(),
    status: ref(3, SubjectAccessReviewStatus, 'The answer.').always(),
  },
)
export interface SubjectAccessReview extends TypeOf<typeof SubjectAccessReview> {}
