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
    lastTransitionTime: time(5, 'When the status changed last.').written(),
    lastUpdateTime: time(4, 'When it was written last.').written(),
    message: string(3, 'What happened, for people.'),
    reason: string(2, 'Why, in one CamelCase word, for programs.'),
    status: string(6, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    type: string(1, '`Approved`, `Denied` or `Failed`.')
      .named('v1.RequestConditionType')
      .required(),
  },
)
export interface CertificateSigningRequestCondition
  extends TypeOf<typeof CertificateSigningRequestCondition> {}

export const CertificateSigningRequestSpec = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestSpec',
  'Which certificate is wanted, by whom.',
  {
    expirationSeconds: int32(8, 'How long it shall be good; the signer decides.').nullable(),
    extra: map(6, stringList, 'Whatever else is known, by name.'),
    groups: list(4, string, 'Groups that the user is in.').atomic(),
    request: bytes(1, 'The request, PEM (PKCS #10).').required(),
    signerName: string(7, 'Who shall sign.').required(),
    uid: string(3, 'Unique identifier.'),
    usages: list(5, string, 'What the key is for.').atomic().named('v1.KeyUsage'),
    username: string(2, 'Name of the user who asked.'),
  },
)
export interface CertificateSigningRequestSpec
  extends TypeOf<typeof CertificateSigningRequestSpec> {}

export const CertificateSigningRequestStatus = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequestStatus',
  'What became of a request.',
  {
    certificate: bytes(2, 'The certificate, PEM.'),
    conditions: list(
      1,
      CertificateSigningRequestCondition,
      'What holds at present, by type.',
    ).keyed('type'),
  },
)
export interface CertificateSigningRequestStatus
  extends TypeOf<typeof CertificateSigningRequestStatus> {}

export const CertificateSigningRequest = struct(
  'io.k8s.api.certificates.v1.CertificateSigningRequest',
  'A request for a certificate.',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, CertificateSigningRequestSpec, 'What is wanted.').required().always(),
    status: ref(3, CertificateSigningRequestStatus, 'What is.').always(),
  },
)
export interface CertificateSigningRequest extends TypeOf<typeof CertificateSigningRequest> {}
