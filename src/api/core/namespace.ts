import { list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const NamespaceSpec = struct(
  'io.k8s.api.core.v1.NamespaceSpec',
  'What is wanted of a namespace.',
  {
    finalizers: list(1, string, 'Who must agree before it vanishes.')
      .named('v1.FinalizerName')
      .atomic(),
  },
)
export interface NamespaceSpec extends TypeOf<typeof NamespaceSpec> {}

export const NamespaceCondition = struct(
  'io.k8s.api.core.v1.NamespaceCondition',
  "One aspect of a namespace's deletion.",
  {
    type: string(1, 'Which aspect, such as `NamespaceContentRemaining`.')
      .named('v1.NamespaceConditionType')
      .required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(4, 'When the status changed last.').written(),
    reason: string(5, 'Why, in one CamelCase word, for programs.'),
    message: string(6, 'What happened, for people.'),
  },
)
export interface NamespaceCondition extends TypeOf<typeof NamespaceCondition> {}

export const NamespaceStatus = struct(
  'io.k8s.api.core.v1.NamespaceStatus',
  'State of a namespace.',
  {
    phase: string(1, '`Active` or `Terminating`.').named('v1.NamespacePhase'),
    conditions: list(2, NamespaceCondition, 'Why its deletion takes long.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface NamespaceStatus extends TypeOf<typeof NamespaceStatus> {}

export const Namespace = struct(
  'io.k8s.api.core.v1.Namespace',
  'A room in which names are unique; what lives in it goes with it.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, NamespaceSpec, 'What is wanted.').always(),
    status: ref(3, NamespaceStatus, 'What is.').always(),
  },
)
export interface Namespace extends TypeOf<typeof Namespace> {}
