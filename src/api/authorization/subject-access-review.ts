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
  '',
  {
    nonResourceAttributes: ref(2, NonResourceAttributes),
    resourceAttributes: ref(1, ResourceAttributes),
  },
)
export interface SelfSubjectAccessReviewSpec extends TypeOf<typeof SelfSubjectAccessReviewSpec> {}

export const SubjectAccessReviewSpec = struct(
  'io.k8s.api.authorization.v1.SubjectAccessReviewSpec',
  '',
  {
    extra: map(5, stringList),
    groups: list(4, string).atomic(),
    nonResourceAttributes: ref(2, NonResourceAttributes),
    resourceAttributes: ref(1, ResourceAttributes),
    uid: string(6),
    user: string(3),
  },
)
export interface SubjectAccessReviewSpec extends TypeOf<typeof SubjectAccessReviewSpec> {}

export const SubjectAccessReviewStatus = struct(
  'io.k8s.api.authorization.v1.SubjectAccessReviewStatus',
  '',
  {
    allowed: boolean(1).required(),
    denied: boolean(4),
    evaluationError: string(3),
    reason: string(2),
  },
)
export interface SubjectAccessReviewStatus extends TypeOf<typeof SubjectAccessReviewStatus> {}

export const LocalSubjectAccessReview = struct(
  'io.k8s.api.authorization.v1.LocalSubjectAccessReview',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, SubjectAccessReviewSpec).required().always(),
    status: ref(3, SubjectAccessReviewStatus).always(),
  },
)
export interface LocalSubjectAccessReview extends TypeOf<typeof LocalSubjectAccessReview> {}

export const SelfSubjectAccessReview = struct(
  'io.k8s.api.authorization.v1.SelfSubjectAccessReview',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, SelfSubjectAccessReviewSpec).required().always(),
    status: ref(3, SubjectAccessReviewStatus).always(),
  },
)
export interface SelfSubjectAccessReview extends TypeOf<typeof SelfSubjectAccessReview> {}

export const SubjectAccessReview = struct('io.k8s.api.authorization.v1.SubjectAccessReview', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, SubjectAccessReviewSpec).required().always(),
  status: ref(3, SubjectAccessReviewStatus).always(),
})
export interface SubjectAccessReview extends TypeOf<typeof SubjectAccessReview> {}
