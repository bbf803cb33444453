import { ObjectMeta } from '../meta/index.ts'
import { int64, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const BoundObjectReference = struct(
  'io.k8s.api.authentication.v1.BoundObjectReference',
  'An object that a token lives and dies with.',
  {
    kind: string(1, '`Pod`, `Secret` or `Node`.'),
    apiVersion: string(2, 'Its group and version.'),
    name: string(3, 'Its name.'),
    uid: string(4, 'Its UID.').named('types.UID'),
  },
)
export interface BoundObjectReference extends TypeOf<typeof BoundObjectReference> {}

export const TokenRequestSpec = struct(
  'io.k8s.api.authentication.v1.TokenRequestSpec',
  'What token is wanted.',
  {
    audiences: list(1, string, 'Who a token is for.').atomic().written(),
    expirationSeconds: int64(4, 'How long it shall be good; an hour by default.')
      .nullable()
      .written(),
    boundObjectRef: ref(
      3,
      BoundObjectReference,
      'The token is good only while this object is there.',
    )
      .nullable()
      .written(),
  },
)
export interface TokenRequestSpec extends TypeOf<typeof TokenRequestSpec> {}

export const TokenRequestStatus = struct(
  'io.k8s.api.authentication.v1.TokenRequestStatus',
  'The token.',
  {
    token: string(1, 'The text.').written(),
    expirationTimestamp: time(2, 'When it ends.').written(),
  },
)
export interface TokenRequestStatus extends TypeOf<typeof TokenRequestStatus> {}

export const TokenRequest = struct(
  'io.k8s.api.authentication.v1.TokenRequest',
  "A request for a service account's token.",
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, TokenRequestSpec, 'What is wanted.').always(),
    status: ref(3, TokenRequestStatus, 'The token.').always(),
  },
)
export interface TokenRequest extends TypeOf<typeof TokenRequest> {}
