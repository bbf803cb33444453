import { ObjectMeta } from '../meta/index.ts'
import { int64, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const BoundObjectReference = struct(
  'io.k8s.api.authentication.v1.BoundObjectReference',
  '',
  {
    apiVersion: string(2),
    kind: string(1),
    name: string(3),
    uid: string(4).named('types.UID'),
  },
)
export interface BoundObjectReference extends TypeOf<typeof BoundObjectReference> {}

export const TokenRequestSpec = struct('io.k8s.api.authentication.v1.TokenRequestSpec', '', {
  audiences: list(1, string).atomic().written(),
  boundObjectRef: ref(3, BoundObjectReference).nullable().written(),
  expirationSeconds: int64(4).nullable().written(),
})
export interface TokenRequestSpec extends TypeOf<typeof TokenRequestSpec> {}

export const TokenRequestStatus = struct('io.k8s.api.authentication.v1.TokenRequestStatus', '', {
  expirationTimestamp: time(2).written(),
  token: string(1).written(),
})
export interface TokenRequestStatus extends TypeOf<typeof TokenRequestStatus> {}

export const TokenRequest = struct('io.k8s.api.authentication.v1.TokenRequest', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, TokenRequestSpec).always(),
  status: ref(3, TokenRequestStatus).always(),
})
export interface TokenRequest extends TypeOf<typeof TokenRequest> {}
