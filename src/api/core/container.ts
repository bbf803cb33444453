import {
  boolean,
  int32,
  list,
  map,
  quantity,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'
import { EnvFromSource, EnvVar } from './env.ts'
import { Lifecycle, Probe } from './probe.ts'
import { SecurityContext } from './security-context.ts'

export const ContainerPort = struct('io.k8s.api.core.v1.ContainerPort', '', {
  containerPort: int32(3).required(),
  hostIP: string(5),
  hostPort: int32(2),
  name: string(1),
  protocol: string(4),
})
export interface ContainerPort extends TypeOf<typeof ContainerPort> {}

export const ContainerResizePolicy = struct('io.k8s.api.core.v1.ContainerResizePolicy', '', {
  resourceName: string(1).required(),
  restartPolicy: string(2).required(),
})
export interface ContainerResizePolicy extends TypeOf<typeof ContainerResizePolicy> {}

export const ResourceClaim = struct('io.k8s.api.core.v1.ResourceClaim', '', {
  name: string(1).required(),
  request: string(2),
})
export interface ResourceClaim extends TypeOf<typeof ResourceClaim> {}

export const ResourceRequirements = struct('io.k8s.api.core.v1.ResourceRequirements', '', {
  claims: list(3, ResourceClaim).keyed('name'),
  limits: map(1, quantity),
  requests: map(2, quantity),
})
export interface ResourceRequirements extends TypeOf<typeof ResourceRequirements> {}

export const ContainerRestartRuleOnExitCodes = struct(
  'io.k8s.api.core.v1.ContainerRestartRuleOnExitCodes',
  '',
  {
    operator: string(1).required(),
    values: list(2, int32).set(),
  },
)
export interface ContainerRestartRuleOnExitCodes
  extends TypeOf<typeof ContainerRestartRuleOnExitCodes> {}

export const ContainerRestartRule = struct('io.k8s.api.core.v1.ContainerRestartRule', '', {
  action: string(1).required(),
  exitCodes: ref(2, ContainerRestartRuleOnExitCodes),
})
export interface ContainerRestartRule extends TypeOf<typeof ContainerRestartRule> {}

export const VolumeDevice = struct('io.k8s.api.core.v1.VolumeDevice', '', {
  devicePath: string(2).required(),
  name: string(1).required(),
})
export interface VolumeDevice extends TypeOf<typeof VolumeDevice> {}

export const VolumeMount = struct('io.k8s.api.core.v1.VolumeMount', '', {
  mountPath: string(3).required(),
  mountPropagation: string(5).nullable(),
  name: string(1).required(),
  readOnly: boolean(2),
  recursiveReadOnly: string(7).nullable(),
  subPath: string(4),
  subPathExpr: string(6),
})
export interface VolumeMount extends TypeOf<typeof VolumeMount> {}

export const Container = struct('io.k8s.api.core.v1.Container', '', {
  args: list(4, string).atomic(),
  command: list(3, string).atomic(),
  env: list(7, EnvVar).keyed('name').patch('merge', 'name'),
  envFrom: list(19, EnvFromSource).atomic(),
  image: string(2),
  imagePullPolicy: string(14),
  lifecycle: ref(12, Lifecycle),
  livenessProbe: ref(10, Probe),
  name: string(1).required(),
  ports: list(6, ContainerPort).keyed('containerPort', 'protocol').patch('merge', 'containerPort'),
  readinessProbe: ref(11, Probe),
  resizePolicy: list(23, ContainerResizePolicy).atomic(),
  resources: ref(8, ResourceRequirements).written(),
  restartPolicy: string(24).nullable(),
  restartPolicyRules: list(25, ContainerRestartRule).atomic(),
  securityContext: ref(15, SecurityContext),
  startupProbe: ref(22, Probe),
  stdin: boolean(16),
  stdinOnce: boolean(17),
  terminationMessagePath: string(13),
  terminationMessagePolicy: string(20),
  tty: boolean(18),
  volumeDevices: list(21, VolumeDevice).keyed('devicePath').patch('merge', 'devicePath'),
  volumeMounts: list(9, VolumeMount).keyed('mountPath').patch('merge', 'mountPath'),
  workingDir: string(5),
})
export interface Container extends TypeOf<typeof Container> {}

export const EphemeralContainer = struct('io.k8s.api.core.v1.EphemeralContainer', '', {
  args: list(4, string).inlinedAt(1).atomic(),
  command: list(3, string).inlinedAt(1).atomic(),
  env: list(7, EnvVar).inlinedAt(1).keyed('name').patch('merge', 'name'),
  envFrom: list(19, EnvFromSource).inlinedAt(1).atomic(),
  image: string(2).inlinedAt(1),
  imagePullPolicy: string(14).inlinedAt(1),
  lifecycle: ref(12, Lifecycle).inlinedAt(1),
  livenessProbe: ref(10, Probe).inlinedAt(1),
  name: string(1).inlinedAt(1).required(),
  ports: list(6, ContainerPort)
    .inlinedAt(1)
    .keyed('containerPort', 'protocol')
    .patch('merge', 'containerPort'),
  readinessProbe: ref(11, Probe).inlinedAt(1),
  resizePolicy: list(23, ContainerResizePolicy).inlinedAt(1).atomic(),
  resources: ref(8, ResourceRequirements).inlinedAt(1).written(),
  restartPolicy: string(24).nullable().inlinedAt(1),
  restartPolicyRules: list(25, ContainerRestartRule).inlinedAt(1).atomic(),
  securityContext: ref(15, SecurityContext).inlinedAt(1),
  startupProbe: ref(22, Probe).inlinedAt(1),
  stdin: boolean(16).inlinedAt(1),
  stdinOnce: boolean(17).inlinedAt(1),
  targetContainerName: string(2),
  terminationMessagePath: string(13).inlinedAt(1),
  terminationMessagePolicy: string(20).inlinedAt(1),
  tty: boolean(18).inlinedAt(1),
  volumeDevices: list(21, VolumeDevice)
    .inlinedAt(1)
    .keyed('devicePath')
    .patch('merge', 'devicePath'),
  volumeMounts: list(9, VolumeMount).inlinedAt(1).keyed('mountPath').patch('merge', 'mountPath'),
  workingDir: string(5).inlinedAt(1),
})
export interface EphemeralContainer extends TypeOf<typeof EphemeralContainer> {}
