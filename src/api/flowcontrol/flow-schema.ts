import { ObjectMeta } from '../meta/index.ts'
import { boolean, int32, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const FlowDistinguisherMethod = struct(
  'io.k8s.api.flowcontrol.v1.FlowDistinguisherMethod',
  'How flows are told apart.',
  {
    type: string(1, '`ByUser` or `ByNamespace`.')
      .named('v1.FlowDistinguisherMethodType')
      .required(),
  },
)
export interface FlowDistinguisherMethod extends TypeOf<typeof FlowDistinguisherMethod> {}

export const FlowSchemaCondition = struct(
  'io.k8s.api.flowcontrol.v1.FlowSchemaCondition',
  'One aspect of its state.',
  {
    type: string(1, '`Dangling`.').named('v1.FlowSchemaConditionType'),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus'),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface FlowSchemaCondition extends TypeOf<typeof FlowSchemaCondition> {}

export const PriorityLevelConfigurationReference = struct(
  'io.k8s.api.flowcontrol.v1.PriorityLevelConfigurationReference',
  'A priority level.',
  {
    name: string(1, 'Its name.').required(),
  },
)
export interface PriorityLevelConfigurationReference
  extends TypeOf<typeof PriorityLevelConfigurationReference> {}

export const NonResourcePolicyRule = struct(
  'io.k8s.api.flowcontrol.v1.NonResourcePolicyRule',
  'Requests about paths.',
  {
    verbs: list(1, string, 'Verbs; `*` for all.').set().required(),
    nonResourceURLs: list(6, string, 'Paths, with `*` at the end of one for all below it.')
      .set()
      .required(),
  },
)
export interface NonResourcePolicyRule extends TypeOf<typeof NonResourcePolicyRule> {}

export const ResourcePolicyRule = struct(
  'io.k8s.api.flowcontrol.v1.ResourcePolicyRule',
  'Requests about resources.',
  {
    verbs: list(1, string, 'Verbs; `*` for all.').set().required(),
    apiGroups: list(2, string, 'Groups, empty for the core group; `*` for all.').set().required(),
    resources: list(3, string, 'Names of the resources, as in URLs; `*` for all.').set().required(),
    clusterScope: boolean(4, 'Whether those without a namespace count.'),
    namespaces: list(5, string, 'Namespaces; `*` for all.').set().written(),
  },
)
export interface ResourcePolicyRule extends TypeOf<typeof ResourcePolicyRule> {}

export const GroupSubject = struct('io.k8s.api.flowcontrol.v1.GroupSubject', 'A group.', {
  name: string(1, 'Its name; `*` for all.').required(),
})
export interface GroupSubject extends TypeOf<typeof GroupSubject> {}

export const ServiceAccountSubject = struct(
  'io.k8s.api.flowcontrol.v1.ServiceAccountSubject',
  'A service account.',
  {
    namespace: string(1, 'Its namespace.').required(),
    name: string(2, 'Its name; `*` for all.').required(),
  },
)
export interface ServiceAccountSubject extends TypeOf<typeof ServiceAccountSubject> {}

export const UserSubject = struct('io.k8s.api.flowcontrol.v1.UserSubject', 'A user.', {
  name: string(1, 'The name; `*` for all.').required(),
})
export interface UserSubject extends TypeOf<typeof UserSubject> {}

export const FlowSubject = struct('io.k8s.api.flowcontrol.v1.Subject', 'Who asks.', {
  kind: string(1, '`User`, `Group` or `ServiceAccount`.').named('v1.SubjectKind').required(),
  user: ref(2, UserSubject, 'A user.'),
  group: ref(3, GroupSubject, 'A group.'),
  serviceAccount: ref(4, ServiceAccountSubject, 'A service account.'),
})
export interface FlowSubject extends TypeOf<typeof FlowSubject> {}

export const PolicyRulesWithSubjects = struct(
  'io.k8s.api.flowcontrol.v1.PolicyRulesWithSubjects',
  'Requests of somebody.',
  {
    subjects: list(1, FlowSubject, 'Who is meant.').atomic().required(),
    resourceRules: list(2, ResourcePolicyRule, 'About resources.').atomic(),
    nonResourceRules: list(3, NonResourcePolicyRule, 'About paths.').atomic(),
  },
)
export interface PolicyRulesWithSubjects extends TypeOf<typeof PolicyRulesWithSubjects> {}

export const FlowSchemaSpec = struct(
  'io.k8s.api.flowcontrol.v1.FlowSchemaSpec',
  'Which requests, and where they go.',
  {
    priorityLevelConfiguration: ref(1, PriorityLevelConfigurationReference, 'Where they go.')
      .required()
      .written(),
    matchingPrecedence: int32(2, 'The lowest that fits counts; 1000 by default.').written(),
    distinguisherMethod: ref(
      3,
      FlowDistinguisherMethod,
      'How flows are told apart; all one flow by default.',
    ),
    rules: list(
      4,
      PolicyRulesWithSubjects,
      'Requests that it is about; one of the rules is enough.',
    ).atomic(),
  },
)
export interface FlowSchemaSpec extends TypeOf<typeof FlowSchemaSpec> {}

export const FlowSchemaStatus = struct('io.k8s.api.flowcontrol.v1.FlowSchemaStatus', 'How it is.', {
  conditions: list(1, FlowSchemaCondition, 'What holds at present, by type.')
    .keyed('type')
    .patch('merge', 'type'),
})
export interface FlowSchemaStatus extends TypeOf<typeof FlowSchemaStatus> {}

export const FlowSchema = struct(
  'io.k8s.api.flowcontrol.v1.FlowSchema',
  'Sorts requests into priority levels.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, FlowSchemaSpec, 'What is wanted.').always(),
    status: ref(3, FlowSchemaStatus, 'What is.').always(),
  },
)
export interface FlowSchema extends TypeOf<typeof FlowSchema> {}
