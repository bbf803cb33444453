import { ObjectMeta } from '../meta/index.ts'
import { UserInfo } from './user-info.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const SelfSubjectReviewStatus = struct(
  'io.k8s.api.authentication.v1.SelfSubjectReviewStatus',
  'Who asked.',
  {
    userInfo: ref(1, UserInfo, 'The user.').written(),
  },
)
export interface SelfSubjectReviewStatus extends TypeOf<typeof SelfSubjectReviewStatus> {}

export const SelfSubjectReview = struct(
  'io.k8s.api.authentication.v1.SelfSubjectReview',
  'Who am I?',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    status: ref(2, SelfSubjectReviewStatus, 'The answer.').always(),
  },
)
export interface SelfSubjectReview extends TypeOf<typeof SelfSubjectReview> {}
