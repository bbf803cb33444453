import type { FieldDefinition, FieldWords, Struct } from '../schema/index.ts'
import { kindOf } from './types.ts'

/**
 * How the types that Kubernetes works with inside differ from those on the wire, as far as its
 * messages show them: names, order, and what stands elsewhere.
 */

type Placed = readonly [name: string, definition: FieldDefinition, value: unknown]
type Declared = Struct<FieldWords>
type Values = Readonly<Record<string, unknown>>

/** The fields in their order inside, with their values in `object`. */
export function internalFields(struct: Declared, object: Values): Placed[] {
  const kind = kindOf(struct)
  if (kind === 'PodSpec') return podSpecFields(struct, object)
  const names = Object.keys(struct.fields)
  return place(struct, object, LATER[kind] ? reordered(names, LATER[kind]) : names)
}

/** Whether a field came after the version whose texts are reproduced, 1.32. */
export function isNewer(struct: Declared, name: string): boolean {
  return NEWER[kindOf(struct)]?.includes(name) === true
}

function place(struct: Declared, object: Values, names: readonly string[]): Placed[] {
  return names.flatMap((name): Placed[] => {
    const definition = struct.fields[name]
    // What came after the messages were recorded shows only where it is set.
    const isUnseen = isNewer(struct, name) && object[name] === undefined
    return definition === undefined || isUnseen ? [] : [[name, definition, object[name]]]
  })
}

/** Fields that stand after another one inside: [field, the one before]. */
const LATER: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  JSONSchemaProps: [['nullable', 'type']],
  Volume: [
    ['quobyte', 'rbd'],
    ['flexVolume', 'quobyte'],
    ['cinder', 'flexVolume'],
  ],
  PersistentVolumeSpec: [
    ['quobyte', 'rbd'],
    ['flexVolume', 'iscsi'],
    ['accessModes', 'csi'],
  ],
}

function reordered(
  names: readonly string[],
  later: readonly (readonly [string, string])[],
): readonly string[] {
  return later.reduce<readonly string[]>((order, [name, before]) => {
    const others = order.filter((other) => other !== name)
    return others.flatMap((other) => (other === before ? [other, name] : [other]))
  }, names)
}

/** What the version of the recorded messages does not have. */
const NEWER: Readonly<Record<string, readonly string[]>> = {
  CSIDriverSpec: [
    'nodeAllocatableUpdatePeriodSeconds',
    'serviceAccountTokenInSecrets',
    'preventPodSchedulingIfMissing',
  ],
  Container: ['restartPolicyRules'],
  EndpointHints: ['forNodes'],
  EphemeralContainer: ['restartPolicyRules'],
  EnvVarSource: ['fileKeyRef'],
  HPAScalingRules: ['tolerance'],
  Lifecycle: ['stopSignal'],
  NodeSystemInfo: ['swap'],
  PodSpec: ['hostnameOverride', 'schedulingGroup'],
  VolumeProjection: ['podCertificate'],
}

const HOST_FIELDS = ['hostNetwork', 'hostPID', 'hostIPC', 'shareProcessNamespace', 'hostUsers']
const POD_SPEC_ENDS = [
  'hostAliases',
  'priorityClassName',
  'priority',
  'preemptionPolicy',
  'dnsConfig',
  'readinessGates',
  'runtimeClassName',
  'overhead',
  'enableServiceLinks',
  'topologySpreadConstraints',
  'os',
  'schedulingGates',
  'resourceClaims',
  'resources',
  'hostnameOverride',
  'schedulingGroup',
]

/** A pod's share in its node's namespaces is part of its security context inside. */
function podSpecFields(struct: Declared, object: Values): Placed[] {
  const moved = new Set([...HOST_FIELDS, 'serviceAccount', 'setHostnameAsFQDN', ...POD_SPEC_ENDS])
  const names = Object.keys(struct.fields)
    .filter((name) => !moved.has(name))
    .flatMap((name) => (name === 'subdomain' ? [name, 'setHostnameAsFQDN'] : [name]))
  const host = HOST_FIELDS.filter((name) => struct.fields[name] !== undefined)
  return place(struct, object, [...names, ...POD_SPEC_ENDS]).map(([name, definition, value]) => {
    if (name !== 'securityContext' || definition.type.kind !== 'struct') {
      return [name, definition, value]
    }
    const own = definition.type.struct()
    const fields = {
      ...Object.fromEntries(host.map((at) => [at, struct.fields[at]])),
      ...own.fields,
    }
    const inside = { ...own, fields } as Declared
    const whole = { ...pick(object, host), ...(value as Values | undefined) }
    return [name, { ...definition, type: { kind: 'struct', struct: () => inside } }, whole]
  })
}

function pick(object: Values, names: readonly string[]): Values {
  return Object.fromEntries(names.map((name) => [name, object[name]]))
}

const EMBEDDED: Readonly<Record<string, string>> = {
  Volume: 'VolumeSource',
  PersistentVolumeSpec: 'PersistentVolumeSource',
  Probe: 'ProbeHandler',
  EphemeralContainer: 'EphemeralContainerCommon',
  IngressRule: 'IngressRuleValue',
  ConfigMapVolumeSource: 'LocalObjectReference',
  ConfigMapProjection: 'LocalObjectReference',
  SecretProjection: 'LocalObjectReference',
  ConfigMapKeySelector: 'LocalObjectReference',
  SecretKeySelector: 'LocalObjectReference',
  ConfigMapEnvSource: 'LocalObjectReference',
  SecretEnvSource: 'LocalObjectReference',
  NamedRuleWithOperations: 'RuleWithOperations',
  RuleWithOperations: 'Rule',
}

/** Fields that are values inside, with a default, and pointers on the wire. */
const VALUES_INSIDE = new Set([
  'DeploymentSpec.replicas',
  'LimitedPriorityLevelConfiguration.nominalConcurrencyShares',
  'ReplicaSetSpec.replicas',
  'RollingUpdateDaemonSet.maxSurge',
  'RollingUpdateDaemonSet.maxUnavailable',
  'RollingUpdateDeployment.maxSurge',
  'RollingUpdateDeployment.maxUnavailable',
  'RollingUpdateStatefulSetStrategy.partition',
  'ServiceAccountTokenProjection.expirationSeconds',
  'StatefulSetSpec.replicas',
])

export function isValueInside(struct: Declared, name: string): boolean {
  return VALUES_INSIDE.has(`${kindOf(struct)}.${name}`)
}

/** The struct that holds the fields which JSON has in line. */
export function embeddedName(struct: Declared): string | undefined {
  return EMBEDDED[kindOf(struct)]
}

/** `hostPID` → `HostPID`: names begin with a capital, and some abbreviations are all capitals. */
export function fieldName(struct: Declared, name: string): string {
  const own = OWN_NAMES[`${kindOf(struct)}.${name}`] ?? NAMES[name]
  if (own !== undefined) return own
  const start = /^(api|dns|gid|http|ip|json|os|qos|tcp|ttl|tls|uid|url|ca|pd|fs)(?=[A-Z]|$)/.exec(
    name,
  )
  const head = start?.[0].length ?? 1
  return name.slice(0, head).toUpperCase() + name.slice(head)
}

/** The name of the type of a list or a map that has one. */
export function containerName(struct: Declared, name: string): string | undefined {
  return CONTAINERS[`${kindOf(struct)}.${name}`]
}

const CONTAINERS: Readonly<Record<string, string>> = {
  'JSONSchemaProps.definitions': 'JSONSchemaDefinitions',
  'JSONSchemaProps.dependencies': 'JSONSchemaDependencies',
  'JSONSchemaProps.x-kubernetes-validations': 'ValidationRules',
}

const NAMES: Readonly<Record<string, string>> = {
  awsElasticBlockStore: 'AWSElasticBlockStore',
  bools: 'BoolValues',
  cel: 'CEL',
  cephfs: 'CephFS',
  cidr: 'CIDR',
  cidrs: 'CIDRs',
  csi: 'CSI',
  diskURI: 'DataDiskURI',
  chapAuthDiscovery: 'DiscoveryCHAPAuth',
  chapAuthSession: 'SessionCHAPAuth',
  externalID: 'DoNotUseExternalID',
  fc: 'FC',
  gcePersistentDisk: 'GCEPersistentDisk',
  gmsaCredentialSpec: 'GMSACredentialSpec',
  gmsaCredentialSpecName: 'GMSACredentialSpecName',
  grpc: 'GRPC',
  id: 'ID',
  iqn: 'IQN',
  ips: 'IPs',
  ints: 'IntValues',
  iscsi: 'ISCSI',
  iscsiInterface: 'ISCSIInterface',
  lastState: 'LastTerminationState',
  metadata: 'ObjectMeta',
  nfs: 'NFS',
  pkixPublicKey: 'PKIXPublicKey',
  rbd: 'RBD',
  reportingComponent: 'ReportingController',
  seLinuxChangePolicy: 'SELinuxChangePolicy',
  seLinuxMount: 'SELinuxMount',
  seLinuxOptions: 'SELinuxOptions',
  sslEnabled: 'SSLEnabled',
  storageos: 'StorageOS',
  tty: 'TTY',
  wwids: 'WWIDs',
}

const OWN_NAMES: Readonly<Record<string, string>> = {
  'JSONSchemaProps.$ref': 'Ref',
  'JSONSchemaProps.$schema': 'Schema',
  'JSONSchemaProps.x-kubernetes-embedded-resource': 'XEmbeddedResource',
  'JSONSchemaProps.x-kubernetes-int-or-string': 'XIntOrString',
  'JSONSchemaProps.x-kubernetes-list-map-keys': 'XListMapKeys',
  'JSONSchemaProps.x-kubernetes-list-type': 'XListType',
  'JSONSchemaProps.x-kubernetes-map-type': 'XMapType',
  'JSONSchemaProps.x-kubernetes-preserve-unknown-fields': 'XPreserveUnknownFields',
  'JSONSchemaProps.x-kubernetes-validations': 'XValidations',
  'DeviceAttribute.bool': 'BoolValue',
  'DeviceAttribute.int': 'IntValue',
  'DeviceAttribute.string': 'StringValue',
  'DeviceAttribute.strings': 'StringValues',
  'DeviceAttribute.version': 'VersionValue',
  'DeviceAttribute.versions': 'VersionValues',
  'PhotonPersistentDiskVolumeSource.pdID': 'PdID',
  'GlusterfsVolumeSource.endpoints': 'EndpointsName',
  'GlusterfsPersistentVolumeSource.endpoints': 'EndpointsName',
  'RBDVolumeSource.image': 'RBDImage',
  'RBDVolumeSource.monitors': 'CephMonitors',
  'RBDVolumeSource.pool': 'RBDPool',
  'RBDVolumeSource.user': 'RadosUser',
  'RBDPersistentVolumeSource.image': 'RBDImage',
  'RBDPersistentVolumeSource.monitors': 'CephMonitors',
  'RBDPersistentVolumeSource.pool': 'RBDPool',
  'RBDPersistentVolumeSource.user': 'RadosUser',
}
