import { Toleration } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const Overhead = struct('io.k8s.api.node.v1.Overhead', 'What running a pod takes besides.', {
  podFixed: map(1, quantity, 'Resources for each pod.'),
})
export interface Overhead extends TypeOf<typeof Overhead> {}

export const Scheduling = struct('io.k8s.api.node.v1.Scheduling', 'Nodes that have a runtime.', {
  nodeSelector: map(1, string, 'Labels of the nodes.').atomicMap(),
  tolerations: list(2, Toleration, 'Taints that do not matter.').atomic(),
})
export interface Scheduling extends TypeOf<typeof Scheduling> {}

export const RuntimeClass = struct('io.k8s.api.node.v1.RuntimeClass', 'A way to run pods.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  handler: string(2, 'Its name on the nodes.').required(),
  overhead: ref(3, Overhead, 'What it takes besides.'),
  scheduling: ref(4, Scheduling, 'Nodes that have it.'),
})
export interface RuntimeClass extends TypeOf<typeof RuntimeClass> {}
