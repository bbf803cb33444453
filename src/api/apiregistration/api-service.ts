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
  '',
  {
    lastTransitionTime: time(3).written(),
    message: string(5),
    reason: string(4),
    status: string(2).named('v1.ConditionStatus').required(),
    type: string(1).named('v1.APIServiceConditionType').required(),
  },
)
export interface APIServiceCondition extends TypeOf<typeof APIServiceCondition> {}

export const APIServiceReference = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference',
  '',
  {
    name: string(2),
    namespace: string(1),
    port: int32(3).nullable(),
  },
)
export interface APIServiceReference extends TypeOf<typeof APIServiceReference> {}

export const APIServiceSpec = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceSpec',
  '',
  {
    caBundle: bytes(5).atomic(),
    group: string(2),
    groupPriorityMinimum: int32(7).required(),
    insecureSkipTLSVerify: boolean(4),
    service: ref(1, APIServiceReference),
    version: string(3),
    versionPriority: int32(8).required(),
  },
)
export interface APIServiceSpec extends TypeOf<typeof APIServiceSpec> {}

export const APIServiceStatus = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIServiceStatus',
  '',
  {
    conditions: list(1, APIServiceCondition).keyed('type').patch('merge', 'type'),
  },
)
export interface APIServiceStatus extends TypeOf<typeof APIServiceStatus> {}

export const APIService = struct(
  'io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.APIService',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, APIServiceSpec).always(),
    status: ref(3, APIServiceStatus).always(),
  },
)
export interface APIService extends TypeOf<typeof APIService> {}
