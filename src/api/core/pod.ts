import { ref, string, struct, type TypeOf } from '../schema/index.ts'
import { PodSpec } from './pod-spec.ts'
import { PodStatus } from './pod-status.ts'
import { ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Pod = struct('io.k8s.api.core.v1.Pod', 'Containers that run together on one node.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, PodSpec, 'What is wanted.').always(),
  status: ref(3, PodStatus, 'What is.').always(),
})
export interface Pod extends TypeOf<typeof Pod> {}

export const Binding = struct(
  'io.k8s.api.core.v1.Binding',
  'Ties a pod to a node: what a scheduler creates.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    target: ref(2, ObjectReference, 'The node.').required().written(),
  },
)
export interface Binding extends TypeOf<typeof Binding> {}
