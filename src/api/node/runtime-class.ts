import { Toleration } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const Overhead = struct('io.k8s.api.node.v1.Overhead', '', {
  podFixed: map(1, quantity),
})
export interface Overhead extends TypeOf<typeof Overhead> {}

export const Scheduling = struct('io.k8s.api.node.v1.Scheduling', '', {
  nodeSelector: map(1, string).atomicMap(),
  tolerations: list(2, Toleration).atomic(),
})
export interface Scheduling extends TypeOf<typeof Scheduling> {}

export const RuntimeClass = struct('io.k8s.api.node.v1.RuntimeClass', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  handler: string(2).required(),
  overhead: ref(3, Overhead),
  scheduling: ref(4, Scheduling),
})
export interface RuntimeClass extends TypeOf<typeof RuntimeClass> {}
