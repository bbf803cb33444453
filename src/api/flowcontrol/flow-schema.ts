import { ObjectMeta } from '../meta/index.ts'
import { boolean, int32, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const FlowDistinguisherMethod = struct(
  'io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod',
  '',
  {
    type: string(1).named('v1.FlowDistinguisherMethodType').required(),
  },
)
export interface FlowDistinguisherMethod extends TypeOf<typeof FlowDistinguisherMethod> {}

export const FlowSchemaCondition = struct('io.k8s.api.flowcontrol.v1.FlowSchemaCondition', '', {
  lastTransitionTime: time(3).written(),
  message: string(5),
  reason: string(4),
  status: string(2).named('v1.ConditionStatus'),
  type: string(1).named('v1.FlowSchemaConditionType'),
})
export interface FlowSchemaCondition extends TypeOf<typeof FlowSchemaCondition> {}

export const PriorityLevelConfigurationReference = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
  '',
  {
    name: string(1).required(),
  },
)
export interface PriorityLevelConfigurationReference
  extends TypeOf<typeof PriorityLevelConfigurationReference> {}

export const NonResourcePolicyRule = struct('io.k8s.api.flowcontrol.v1.NonResourcePolicyRule', '', {
  nonResourceURLs: list(6, string).set().required(),
  verbs: list(1, string).set().required(),
})
export interface NonResourcePolicyRule extends TypeOf<typeof NonResourcePolicyRule> {}

export const ResourcePolicyRule = struct('io.k8s.api.flowcontrol.v1.ResourcePolicyRule', '', {
  apiGroups: list(2, string).set().required(),
  clusterScope: boolean(4),
  namespaces: list(5, string).set().written(),
  resources: list(3, string).set().required(),
  verbs: list(1, string).set().required(),
})
export interface ResourcePolicyRule extends TypeOf<typeof ResourcePolicyRule> {}

export const GroupSubject = struct('io.k8s.api.flowcontrol.v1.GroupSubject', '', {
  name: string(1).required(),
})
export interface GroupSubject extends TypeOf<typeof GroupSubject> {}

export const ServiceAccountSubject = struct('io.k8s.api.flowcontrol.v1.ServiceAccountSubject', '', {
  name: string(2).required(),
  namespace: string(1).required(),
})
export interface ServiceAccountSubject extends TypeOf<typeof ServiceAccountSubject> {}

export const UserSubject = struct('io.k8s.api.flowcontrol.v1.UserSubject', '', {
  name: string(1).required(),
})
export interface UserSubject extends TypeOf<typeof UserSubject> {}

export const FlowSubject = struct('io.k8s.api.flowcontrol.v1.Subject', '', {
  group: ref(3, GroupSubject),
  kind: string(1).named('v1.SubjectKind').required(),
  serviceAccount: ref(4, ServiceAccountSubject),
  user: ref(2, UserSubject),
})
export interface FlowSubject extends TypeOf<typeof FlowSubject> {}

export const PolicyRulesWithSubjects = struct(
  'io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects',
  '',
  {
    nonResourceRules: list(3, NonResourcePolicyRule).atomic(),
    resourceRules: list(2, ResourcePolicyRule).atomic(),
    subjects: list(1, FlowSubject).atomic().required(),
  },
)
export interface PolicyRulesWithSubjects extends TypeOf<typeof PolicyRulesWithSubjects> {}

export const FlowSchemaSpec = struct('io.k8s.api.flowcontrol.v1.FlowSchemaSpec', '', {
  distinguisherMethod: ref(3, FlowDistinguisherMethod),
  matchingPrecedence: int32(2).written(),
  priorityLevelConfiguration: ref(1, PriorityLevelConfigurationReference).required().written(),
  rules: list(4, PolicyRulesWithSubjects).atomic(),
})
export interface FlowSchemaSpec extends TypeOf<typeof FlowSchemaSpec> {}

export const FlowSchemaStatus = struct('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', '', {
  conditions: list(1, FlowSchemaCondition).keyed('type').patch('merge', 'type'),
})
export interface FlowSchemaStatus extends TypeOf<typeof FlowSchemaStatus> {}

export const FlowSchema = struct('io.k8s.api.flowcontrol.v1.FlowSchema', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, FlowSchemaSpec).always(),
  status: ref(3, FlowSchemaStatus).always(),
})
export interface FlowSchema extends TypeOf<typeof FlowSchema> {}
