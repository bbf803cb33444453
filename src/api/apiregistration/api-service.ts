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
    type: string(1, '`Available`.').named('v1.APIServiceConditionType').required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface APIServiceCondition extends TypeOf<typeof APIServiceCondition> {}

export const APIServiceReference = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference',
  'A Service of the cluster.',
  {
    namespace: string(1, 'Its namespace.'),
    name: string(2, 'Its name.'),
    port: int32(3, 'Its port; 443 by default.').nullable(),
  },
)
export interface APIServiceReference extends TypeOf<typeof APIServiceReference> {}

export const APIServiceSpec = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec',
  'Who serves, and how much it counts.',
  {
    service: ref(1, APIServiceReference, 'Who serves it; absent: this server.'),
    group: string(2, 'Name of the group.'),
    version: string(3, 'Name of the version.'),
    insecureSkipTLSVerify: boolean(4, 'Whether its certificate is not checked.'),
    caBundle: bytes(5, 'Certificates, PEM, by which its own is checked.').atomic(),
    groupPriorityMinimum: int32(7, 'Rank of the group among all; higher comes first.').required(),
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
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, APIServiceSpec, 'What is wanted.').always(),
    status: ref(3, APIServiceStatus, 'What is.').always(),
  },
)
export interface APIService extends TypeOf<typeof APIService> {}
