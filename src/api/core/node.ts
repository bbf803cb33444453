import { boolean, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { NodeConfigSource, NodeStatus } from './node-status.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Taint = struct(
  'io.k8s.api.core.v1.Taint',
  'Keeps pods away from a node that do not tolerate it.',
  {
    key: string(1, 'Name of the taint.').required(),
    value: string(2, 'Its value.'),
    effect: string(3, '`NoSchedule`, `PreferNoSchedule`, or `NoExecute`: running pods leave, too.')
      .named('v1.TaintEffect')
      .required(),
    timeAdded: time(4, 'When it was put on.').nullable().nullable(),
  },
)
export interface Taint extends TypeOf<typeof Taint> {}

export const NodeSpec = struct('io.k8s.api.core.v1.NodeSpec', 'What is wanted of a node.', {
  podCIDR: string(1, 'Addresses for its pods; repeats the first of `podCIDRs`.'),
  podCIDRs: list(7, string, 'Addresses for its pods: one range for each family.')
    .set()
    .patch('merge'),
  providerID: string(3, 'Identity at the cloud, as `provider://id`.'),
  unschedulable: boolean(4, 'If true, no new pods come.'),
  taints: list(5, Taint, 'What keeps pods away that do not tolerate it.').atomic(),
  configSource: ref(6, NodeConfigSource, 'No longer supported.'),
  externalID: string(2, 'No longer used.'),
})
export interface NodeSpec extends TypeOf<typeof NodeSpec> {}

export const Node = struct('io.k8s.api.core.v1.Node', 'A machine on which pods run.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, NodeSpec, 'What is wanted.').always(),
  status: ref(3, NodeStatus, "What the node's agent tells.").always(),
})
export interface Node extends TypeOf<typeof Node> {}
