import { ObjectMeta } from '../meta/index.ts'
import {
  boolean,
  bytes,
  int32,
  list,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const APIServiceCondition = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceCondition',
  "One aspect of an APIService's state.",
  {
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    message: string(5, 'What happened, for people.'),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    type: string(1, '`Available`.').named('v1.APIServiceConditionType').required(),
  },
)
export interface APIServiceCondition extends TypeOf<typeof APIServiceCondition> {}

export const APIServiceReference = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference',
  'A Service of the cluster.',
  {
    name: string(2, 'Its name.'),
    namespace: string(1, 'Its namespace.'),
    port: int32(3, 'Its port; 443 by default.').nullable(),
  },
)
export interface APIServiceReference extends TypeOf<typeof APIServiceReference> {}

export const APIServiceSpec = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec',
  'Who serves, and how much it counts.',
  {
    caBundle: bytes(5, 'Certificates, PEM, by which its own is checked.').atomic(),
    group: string(2, 'Name of the group.'),
    groupPriorityMinimum: int32(7, 'Rank of the group among all; higher comes first.').required(),
    insecureSkipTLSVerify: boolean(4, 'Whether its certificate is not checked.'),
    service: ref(1, APIServiceReference, 'Who serves it; absent: this server.'),
    version: string(3, 'Name of the version.'),
    versionPriority: int32(8, 'Rank of the version in its group.').required(),
  },
)
export interface APIServiceSpec extends TypeOf<typeof APIServiceSpec> {}

export const APIServiceStatus = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus',
  'How it is.',
  {
    conditions: list(1, APIServiceCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface APIServiceStatus extends TypeOf<typeof APIServiceStatus> {}

export const APIService = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  'A version of a group, served here or by another API server.',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, APIServiceSpec, 'What is wanted.').always(),
    status: ref(3, APIServiceStatus, 'What is.').always(),
  },
)
export interface APIService extends TypeOf<typeof APIService> {}
