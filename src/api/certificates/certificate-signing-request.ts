import { ObjectMeta } from '../meta/index.ts'
import {
  bytes,
  int32,
  list,
  map,
  ref,
  string,
  stringList,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const CertificateSigningRequestCondition = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestCondition',
  '',
  {
    lastTransitionTime: time(5).written(),
    lastUpdateTime: time(4).written(),
    message: string(3),
    reason: string(2),
    status: string(6).named('v1.ConditionStatus').required(),
    type: string(1).named('v1.RequestConditionType').required(),
  },
)
export interface CertificateSigningRequestCondition
  extends TypeOf<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestSpec = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestSpec',
  '',
  {
    expirationSeconds: int32(8).nullable(),
    extra: map(6, stringList),
    groups: list(4, string).atomic(),
    request: bytes(1).required(),
    signerName: string(7).required(),
    uid: string(3),
    usages: list(5, string).atomic().named('v1.KeyUsage'),
    username: string(2),
  },
)
export interface CertificateSigningRequestSpec
  extends TypeOf<typeof CertificateSigningRequestSpec> {}

export const CertificateSigningRequestStatus = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestStatus',
  '',
  {
    certificate: bytes(2),
    conditions: list(1, CertificateSigningRequestCondition).keyed('type'),
  },
)
export interface CertificateSigningRequestStatus
  extends TypeOf<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequest = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequest',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, CertificateSigningRequestSpec).required().always(),
    status: ref(3, CertificateSigningRequestStatus).always(),
  },
)
export interface CertificateSigningRequest extends TypeOf<typeof CertificateSigningRequest> {}
