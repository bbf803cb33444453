import { boolean, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { NodeConfigSource, NodeStatus } from './node-status.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Taint = struct('io.k8s.api.core.v1.Taint', '', {
  effect: string(3).required(),
  key: string(1).required(),
  timeAdded: time(4).nullable(),
  value: string(2),
})
export interface Taint extends TypeOf<typeof Taint> {}

export const NodeSpec = struct('io.k8s.api.core.v1.NodeSpec', '', {
  configSource: ref(6, NodeConfigSource),
  externalID: string(2),
  podCIDR: string(1),
  podCIDRs: list(7, string).set().patch('merge'),
  providerID: string(3),
  taints: list(5, Taint).atomic(),
  unschedulable: boolean(4),
})
export interface NodeSpec extends TypeOf<typeof NodeSpec> {}

export const Node = struct('io.k8s.api.core.v1.Node', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, NodeSpec).always(),
  status: ref(3, NodeStatus).always(),
})
export interface Node extends TypeOf<typeof Node> {}
