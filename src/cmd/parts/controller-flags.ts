import { cidrErrors, goDurationMs } from '../../api/index.ts'
import { controllerNames, type NodeIpamOptions } from '../../master/controllers/index.ts'
import type { CandidateParts } from './candidates.ts'
import { FlagError } from './flags.ts'

/** Names that kube-controller-manager had for its controllers before 1.28, and still takes. */
const ALIASES: Readonly<Record<string, string>> = {
  attachdetach: 'persistentvolume-attach-detach-controller',
  bootstrapsigner: 'bootstrap-signer-controller',
  'cloud-node-lifecycle': 'cloud-node-lifecycle-controller',
  'clusterrole-aggregation': 'clusterrole-aggregation-controller',
  cronjob: 'cronjob-controller',
  csrapproving: 'certificatesigningrequest-approving-controller',
  csrcleaner: 'certificatesigningrequest-cleaner-controller',
  csrsigning: 'certificatesigningrequest-signing-controller',
  daemonset: 'daemonset-controller',
  deployment: 'deployment-controller',
  disruption: 'disruption-controller',
  endpoint: 'endpoints-controller',
  endpointslice: 'endpointslice-controller',
  endpointslicemirroring: 'endpointslice-mirroring-controller',
  'ephemeral-volume': 'ephemeral-volume-controller',
  garbagecollector: 'garbage-collector-controller',
  horizontalpodautoscaling: 'horizontal-pod-autoscaler-controller',
  job: 'job-controller',
  'legacy-service-account-token-cleaner': 'legacy-serviceaccount-token-cleaner-controller',
  namespace: 'namespace-controller',
  nodeipam: 'node-ipam-controller',
  nodelifecycle: 'node-lifecycle-controller',
  'persistentvolume-binder': 'persistentvolume-binder-controller',
  'persistentvolume-expander': 'persistentvolume-expander-controller',
  podgc: 'pod-garbage-collector-controller',
  'pv-protection': 'persistentvolume-protection-controller',
  'pvc-protection': 'persistentvolumeclaim-protection-controller',
  replicaset: 'replicaset-controller',
  replicationcontroller: 'replicationcontroller-controller',
  'resource-claim-controller': 'resourceclaim-controller',
  resourcequota: 'resourcequota-controller',
  'root-ca-cert-publisher': 'root-ca-certificate-publisher-controller',
  route: 'node-route-controller',
  service: 'service-lb-controller',
  serviceaccount: 'serviceaccount-controller',
  'serviceaccount-token': 'serviceaccount-token-controller',
  statefulset: 'statefulset-controller',
  'storage-version-gc': 'storageversion-garbage-collector-controller',
  tokencleaner: 'token-cleaner-controller',
  ttl: 'ttl-controller',
  'ttl-after-finished': 'ttl-after-finished-controller',
}

/** Controllers of Kubernetes that are not here: of clouds, of API groups that are not served. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  ...Object.values(ALIASES).filter((name) => !controllerNames.includes(name)),
  'device-taint-eviction-controller',
  'kube-apiserver-serving-clustertrustbundle-publisher-controller',
  'podcertificaterequest-cleaner-controller',
  'selinux-warning-controller',
  'storage-version-migrator-controller',
])

/** `*,-foo` or `foo,bar`, as kube-controller-manager's `--controllers`. Throws `FlagError`. */
export function controllersOf(text: string): string[] {
  const words = text.split(',').filter((word) => word !== '')
  const chosen = words.map((word) => {
    const [sign, name] = word.startsWith('-') ? ['-', word.slice(1)] : ['', word]
    return `${sign}${ALIASES[name] ?? name}`
  })
  for (const [i, word] of chosen.entries()) {
    if (word === '*' || controllerNames.includes(word.replace(/^-/, ''))) continue
    if (word.startsWith('-') && ELSEWHERE.has(word.slice(1))) continue
    const names = controllerNames.join(', ')
    throw new FlagError(
      `--controllers: "${words[i]}" is not in the list of known controllers: ${names}`,
    )
  }
  const all = chosen.includes('*')
  return controllerNames.filter((name) =>
    chosen.includes(`-${name}`) ? false : all || chosen.includes(name),
  )
}

export const NODE_IPAM_FLAGS = {
  'allocate-node-cidrs': 'false',
  'cluster-cidr': '',
  'node-cidr-mask-size': '',
  'node-cidr-mask-size-ipv4': '',
  'node-cidr-mask-size-ipv6': '',
  'service-cluster-ip-range': '',
} as const

/** kube-controller-manager keeps no more nodes than this apart in one block. */
const MAX_NODE_BITS = 16

/** Undefined: nodes get no blocks. Throws `FlagError`. */
export function nodeIpamOf(
  flags: Readonly<Record<keyof typeof NODE_IPAM_FLAGS, string>>,
): NodeIpamOptions | undefined {
  if (flags['allocate-node-cidrs'] !== 'true') return undefined
  const clusters = cidrsOf('cluster-cidr', flags['cluster-cidr'])
  if (clusters.length === 0 || clusters.length > 2) {
    throw new FlagError(
      '--cluster-cidr: with --allocate-node-cidrs it must be one block, or one of each family',
    )
  }
  const serviceRanges = cidrsOf('service-cluster-ip-range', flags['service-cluster-ip-range'])
  const blocks = clusters.map((cluster) => {
    const isIpv6 = cluster.includes(':')
    const own = isIpv6 ? 'node-cidr-mask-size-ipv6' : 'node-cidr-mask-size-ipv4'
    const flag = flags[own] === '' && clusters.length === 1 ? 'node-cidr-mask-size' : own
    const bits = Number(flags[flag] || (isIpv6 ? 64 : 24))
    const extra = bits - Number(cluster.split('/')[1])
    if (Number.isInteger(bits) && extra >= 0 && extra <= MAX_NODE_BITS) return { cluster, bits }
    throw new FlagError(`--${flag}: "${flags[flag]}" does not fit --cluster-cidr ${cluster}`)
  })
  return { blocks, serviceRanges }
}

function cidrsOf(flag: string, text: string): string[] {
  const cidrs = text.split(',').filter((word) => word !== '')
  for (const cidr of cidrs) {
    if (cidrErrors('', cidr).length === 0) continue
    throw new FlagError(`--${flag}: "${cidr}" must be a CIDR such as 10.244.0.0/16`)
  }
  return cidrs
}

const PERIOD = 'horizontal-pod-autoscaler-sync-period'
const SIGNING = 'cluster-signing-duration'
const GRACE = 'node-monitor-grace-period'

/** Flags of kube-controller-manager about the controllers themselves. */
export const CONTROLLER_FLAGS = {
  controllers: '*',
  [PERIOD]: '15s',
  [SIGNING]: '8760h0m0s',
  [GRACE]: '',
  ...NODE_IPAM_FLAGS,
} as const

/** Throws `FlagError` for what makes no sense. */
export function controllersBy(
  flags: Readonly<Record<keyof typeof CONTROLLER_FLAGS, string>>,
): Pick<CandidateParts, 'controllers' | 'autoscaler' | 'signingMs' | 'nodeLifecycle' | 'nodeIpam'> {
  const grace = flags[GRACE]
  const nodeIpam = nodeIpamOf(flags)
  return {
    controllers: controllersOf(flags.controllers),
    autoscaler: { periodMs: period(PERIOD, flags[PERIOD]) },
    signingMs: period(SIGNING, flags[SIGNING]),
    ...(grace !== '' && { nodeLifecycle: { gracePeriodMs: period(GRACE, grace) } }),
    ...(nodeIpam && { nodeIpam }),
  }
}

function period(flag: string, text: string): number {
  const ms = goDurationMs(text)
  if (ms !== undefined && ms > 0) return ms
  throw new FlagError(`--${flag}: "${text}" is no duration such as 15s`)
}
