import { list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const NamespaceSpec = struct('io.k8s.api.core.v1.NamespaceSpec', '', {
  finalizers: list(1, string).atomic(),
})
export interface NamespaceSpec extends TypeOf<typeof NamespaceSpec> {}

export const NamespaceCondition = struct('io.k8s.api.core.v1.NamespaceCondition', '', {
  lastTransitionTime: time(4).written(),
  message: string(6),
  reason: string(5),
  status: string(2).required(),
  type: string(1).required(),
})
export interface NamespaceCondition extends TypeOf<typeof NamespaceCondition> {}

export const NamespaceStatus = struct('io.k8s.api.core.v1.NamespaceStatus', '', {
  conditions: list(2, NamespaceCondition).keyed('type').patch('merge', 'type'),
  phase: string(1),
})
export interface NamespaceStatus extends TypeOf<typeof NamespaceStatus> {}

export const Namespace = struct('io.k8s.api.core.v1.Namespace', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, NamespaceSpec).always(),
  status: ref(3, NamespaceStatus).always(),
})
export interface Namespace extends TypeOf<typeof Namespace> {}
