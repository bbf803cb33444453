import {
  boolean,
  int32,
  int64,
  list,
  map,
  quantity,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'
import { Affinity, Toleration, TopologySpreadConstraint } from './affinity.ts'
import { Container, EphemeralContainer, ResourceRequirements } from './container.ts'
import { LocalObjectReference } from './reference.ts'
import { PodSecurityContext } from './security-context.ts'
import { Volume } from './volume.ts'
import { ObjectMeta } from '../meta/index.ts'

export const PodDNSConfigOption = struct('io.k8s.api.core.v1.PodDNSConfigOption', '', {
  name: string(1),
  value: string(2).nullable(),
})
export interface PodDNSConfigOption extends TypeOf<typeof PodDNSConfigOption> {}

export const PodDNSConfig = struct('io.k8s.api.core.v1.PodDNSConfig', '', {
  nameservers: list(1, string).atomic(),
  options: list(3, PodDNSConfigOption).atomic(),
  searches: list(2, string).atomic(),
})
export interface PodDNSConfig extends TypeOf<typeof PodDNSConfig> {}

export const HostAlias = struct('io.k8s.api.core.v1.HostAlias', '', {
  hostnames: list(2, string).atomic(),
  ip: string(1).required(),
})
export interface HostAlias extends TypeOf<typeof HostAlias> {}

export const PodOS = struct('io.k8s.api.core.v1.PodOS', '', {
  name: string(1).required(),
})
export interface PodOS extends TypeOf<typeof PodOS> {}

export const PodReadinessGate = struct('io.k8s.api.core.v1.PodReadinessGate', '', {
  conditionType: string(1).required(),
})
export interface PodReadinessGate extends TypeOf<typeof PodReadinessGate> {}

export const PodResourceClaim = struct('io.k8s.api.core.v1.PodResourceClaim', '', {
  name: string(1).required(),
  resourceClaimName: string(3).nullable(),
  resourceClaimTemplateName: string(4).nullable(),
})
export interface PodResourceClaim extends TypeOf<typeof PodResourceClaim> {}

export const PodSchedulingGate = struct('io.k8s.api.core.v1.PodSchedulingGate', '', {
  name: string(1).required(),
})
export interface PodSchedulingGate extends TypeOf<typeof PodSchedulingGate> {}

export const PodSchedulingGroup = struct('io.k8s.api.core.v1.PodSchedulingGroup', '', {
  podGroupName: string(1).nullable(),
})
export interface PodSchedulingGroup extends TypeOf<typeof PodSchedulingGroup> {}

export const PodSpec = struct('io.k8s.api.core.v1.PodSpec', '', {
  activeDeadlineSeconds: int64(5).nullable(),
  affinity: ref(18, Affinity),
  automountServiceAccountToken: boolean(21).nullable(),
  containers: list(2, Container).required().keyed('name').patch('merge', 'name'),
  dnsConfig: ref(26, PodDNSConfig),
  dnsPolicy: string(6),
  enableServiceLinks: boolean(30).nullable(),
  ephemeralContainers: list(34, EphemeralContainer).keyed('name').patch('merge', 'name'),
  hostAliases: list(23, HostAlias).keyed('ip').patch('merge', 'ip'),
  hostIPC: boolean(13),
  hostNetwork: boolean(11),
  hostPID: boolean(12),
  hostUsers: boolean(37).nullable(),
  hostname: string(16),
  hostnameOverride: string(41).nullable(),
  imagePullSecrets: list(15, LocalObjectReference).keyed('name').patch('merge', 'name'),
  initContainers: list(20, Container).keyed('name').patch('merge', 'name'),
  nodeName: string(10),
  nodeSelector: map(7, string).atomicMap(),
  os: ref(36, PodOS),
  overhead: map(32, quantity),
  preemptionPolicy: string(31).nullable(),
  priority: int32(25).nullable(),
  priorityClassName: string(24),
  readinessGates: list(28, PodReadinessGate).atomic(),
  resourceClaims: list(39, PodResourceClaim).keyed('name').patch('merge,retainKeys', 'name'),
  resources: ref(40, ResourceRequirements),
  restartPolicy: string(3),
  runtimeClassName: string(29).nullable(),
  schedulerName: string(19),
  schedulingGates: list(38, PodSchedulingGate).keyed('name').patch('merge', 'name'),
  schedulingGroup: ref(43, PodSchedulingGroup),
  securityContext: ref(14, PodSecurityContext),
  serviceAccount: string(9),
  serviceAccountName: string(8),
  setHostnameAsFQDN: boolean(35).nullable(),
  shareProcessNamespace: boolean(27).nullable(),
  subdomain: string(17),
  terminationGracePeriodSeconds: int64(4).nullable(),
  tolerations: list(22, Toleration).atomic(),
  topologySpreadConstraints: list(33, TopologySpreadConstraint)
    .keyed('topologyKey', 'whenUnsatisfiable')
    .patch('merge', 'topologyKey'),
  volumes: list(1, Volume).keyed('name').patch('merge,retainKeys', 'name'),
})
export interface PodSpec extends TypeOf<typeof PodSpec> {}

export const PodTemplateSpec = struct('io.k8s.api.core.v1.PodTemplateSpec', '', {
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, PodSpec).written(),
})
export interface PodTemplateSpec extends TypeOf<typeof PodTemplateSpec> {}
