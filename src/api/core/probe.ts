import {
  int32,
  int64,
  intOrString,
  list,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'

export const ExecAction = struct('io.k8s.api.core.v1.ExecAction', '', {
  command: list(1, string).atomic(),
})
export interface ExecAction extends TypeOf<typeof ExecAction> {}

export const HTTPHeader = struct('io.k8s.api.core.v1.HTTPHeader', '', {
  name: string(1).required(),
  value: string(2).required(),
})
export interface HTTPHeader extends TypeOf<typeof HTTPHeader> {}

export const HTTPGetAction = struct('io.k8s.api.core.v1.HTTPGetAction', '', {
  host: string(3),
  httpHeaders: list(5, HTTPHeader).atomic(),
  path: string(1),
  port: intOrString(2).required().written(),
  scheme: string(4),
})
export interface HTTPGetAction extends TypeOf<typeof HTTPGetAction> {}

export const SleepAction = struct('io.k8s.api.core.v1.SleepAction', '', {
  seconds: int64(1).required(),
})
export interface SleepAction extends TypeOf<typeof SleepAction> {}

export const TCPSocketAction = struct('io.k8s.api.core.v1.TCPSocketAction', '', {
  host: string(2),
  port: intOrString(1).required().written(),
})
export interface TCPSocketAction extends TypeOf<typeof TCPSocketAction> {}

export const LifecycleHandler = struct('io.k8s.api.core.v1.LifecycleHandler', '', {
  exec: ref(1, ExecAction),
  httpGet: ref(2, HTTPGetAction),
  sleep: ref(4, SleepAction),
  tcpSocket: ref(3, TCPSocketAction),
})
export interface LifecycleHandler extends TypeOf<typeof LifecycleHandler> {}

export const Lifecycle = struct('io.k8s.api.core.v1.Lifecycle', '', {
  postStart: ref(1, LifecycleHandler),
  preStop: ref(2, LifecycleHandler),
  stopSignal: string(3).nullable(),
})
export interface Lifecycle extends TypeOf<typeof Lifecycle> {}

export const GRPCAction = struct('io.k8s.api.core.v1.GRPCAction', '', {
  port: int32(1).required(),
  service: string(2).nullable().written(),
})
export interface GRPCAction extends TypeOf<typeof GRPCAction> {}

export const Probe = struct('io.k8s.api.core.v1.Probe', '', {
  exec: ref(1, ExecAction).inlinedAt(1),
  failureThreshold: int32(6),
  grpc: ref(4, GRPCAction).inlinedAt(1),
  httpGet: ref(2, HTTPGetAction).inlinedAt(1),
  initialDelaySeconds: int32(2),
  periodSeconds: int32(4),
  successThreshold: int32(5),
  tcpSocket: ref(3, TCPSocketAction).inlinedAt(1),
  terminationGracePeriodSeconds: int64(7).nullable(),
  timeoutSeconds: int32(3),
})
export interface Probe extends TypeOf<typeof Probe> {}
