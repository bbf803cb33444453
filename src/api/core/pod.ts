import { ref, string, struct, type TypeOf } from '../schema/index.ts'
import { PodSpec } from './pod-spec.ts'
import { PodStatus } from './pod-status.ts'
import { ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Pod = struct('io.k8s.api.core.v1.Pod', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, PodSpec).always(),
  status: ref(3, PodStatus).always(),
})
export interface Pod extends TypeOf<typeof Pod> {}

export const Binding = struct('io.k8s.api.core.v1.Binding', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  target: ref(2, ObjectReference).required().written(),
})
export interface Binding extends TypeOf<typeof Binding> {}
