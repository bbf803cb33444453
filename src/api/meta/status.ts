import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ListMeta } from './list-meta.ts'

export const StatusCause = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause',
  'One cause of a failure.',
  {
    reason: string(1, 'What is wrong with it, in one word.').named('v1.CauseType'),
    message: string(2, 'What is wrong with it, for people.'),
    field: string(3, 'The field that is wrong, such as `spec.containers[0].name`.'),
  },
)
export interface StatusCause extends TypeOf<typeof StatusCause> {}

export const StatusDetails = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails',
  'More about a failure.',
  {
    name: string(1, 'Name of the object that it is about.'),
    group: string(2, 'Its group.'),
    kind: string(3, 'Kind or resource that it is about.'),
    uid: string(6, 'Identity of the object that it is about.').named('types.UID'),
    causes: list(4, StatusCause, 'All causes.').atomic(),
    retryAfterSeconds: int32(5, 'When to ask again.'),
  },
)
export interface StatusDetails extends TypeOf<typeof StatusDetails> {}

export const Status = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Status',
  'The answer to a request that gives back no object.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ListMeta, 'Name, labels and what else every object has.').always(),
    status: string(2, '`Success` or `Failure`.'),
    message: string(3, 'What happened, for people.'),
    reason: string(4, 'Why the request failed, in one word.').named('v1.StatusReason'),
    details: ref(5, StatusDetails, 'More about the reason, for programs.'),
    code: int32(6, 'HTTP status code.'),
  },
)
export interface Status extends TypeOf<typeof Status> {}
