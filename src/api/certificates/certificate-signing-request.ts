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
  'A decision about a request.',
  {
    type: string(1, '`Approved`, `Denied` or `Failed`.')
      .named('v1.RequestConditionType')
      .required(),
    status: string(6, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    reason: string(2, 'Why, in one CamelCase word, for programs.'),
    message: string(3, 'What happened, for people.'),
    lastUpdateTime: time(4, 'When it was written last.').written(),
    lastTransitionTime: time(5, 'When the status changed last.').written(),
  },
)
export interface CertificateSigningRequestCondition
  extends TypeOf<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestSpec = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestSpec',
  'Which certificate is wanted, by whom.',
  {
    request: bytes(1, 'The request, PEM (PKCS #10).').required(),
    signerName: string(7, 'Who shall sign.').required(),
    expirationSeconds: int32(8, 'How long it shall be good; the signer decides.').nullable(),
    usages: list(5, string, 'What the key is for.').atomic().named('v1.KeyUsage'),
    username: string(2, 'Name of the user who asked.'),
    uid: string(3, 'Unique identifier.'),
    groups: list(4, string, 'Groups that the user is in.').atomic(),
    extra: map(6, stringList, 'Whatever else is known, by name.'),
  },
)
export interface CertificateSigningRequestSpec
  extends TypeOf<typeof CertificateSigningRequestSpec> {}

export const CertificateSigningRequestStatus = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestStatus',
  'What became of a request.',
  {
    conditions: list(
      1,
      CertificateSigningRequestCondition,
      'What holds at present, by type.',
    ).keyed('type'),
    certificate: bytes(2, 'The certificate, PEM.'),
  },
)
export interface CertificateSigningRequestStatus
  extends TypeOf<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequest = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequest',
  'A request for a certificate.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, CertificateSigningRequestSpec, 'What is wanted.').required().always(),
    status: ref(3, CertificateSigningRequestStatus, 'What is.').always(),
  },
)
export interface CertificateSigningRequest extends TypeOf<typeof CertificateSigningRequest> {}
