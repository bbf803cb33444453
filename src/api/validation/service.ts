import type { DeepReadonly } from '../../base/index.ts'
import { type Service, ServicePort, type ServiceSpec } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { cidrErrors, specialIpErrors } from './addresses.ts'
import { duplicate, forbidden, invalid, notSupported, required } from './field-errors.ts'
import { goText } from './go-text.ts'
import { validateLabels } from './metadata.ts'
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from './names.ts'
import { each, ipErrors, oneOf } from './pod/common.ts'
import { isHeadless, validateAddressUpdate, validateClusterIps } from './service-addresses.ts'

type Spec = DeepReadonly<ServiceSpec>

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const POLICIES = ['Cluster', 'Local']
const DISTRIBUTIONS = ['PreferClose', 'PreferSameZone', 'PreferSameNode']
const MAX_AFFINITY_SECONDS = 86_400
const HINTS = 'service.kubernetes.io/topology-aware-hints'
const MODE = 'service.kubernetes.io/topology-mode'
const SOURCE_RANGES = 'service.beta.kubernetes.io/load-balancer-source-ranges'
const ONLY_BALANCED = "may only be used when `type` is 'LoadBalancer'"

/** What can be wrong with a Service, but for what only allocation can tell (addresses taken). */
export function validateServiceSpec(service: DeepReadonly<Service>): FieldError[] {
  const { spec } = service
  const isExternalName = spec.type === 'ExternalName'
  const errors = validateHints(service)
  if (!spec.ports?.length && !isHeadless(spec) && !isExternalName) {
    errors.push(required('spec.ports'))
  }
  if ((spec.type === 'LoadBalancer' || spec.type === 'NodePort') && isHeadless(spec)) {
    const detail = `may not be set to 'None' for ${spec.type} services`
    errors.push(invalid('spec.clusterIPs[0]', 'None', detail))
  }
  if (isExternalName) errors.push(...validateExternalName(spec))
  const names = new Set<string>()
  for (const [i, port] of (spec.ports ?? []).entries()) {
    const needsName = (spec.ports ?? []).length > 1
    errors.push(...validatePort(port, `spec.ports[${i}]`, { needsName, names }))
  }
  errors.push(...validateLabels(spec.selector, 'spec.selector'))
  errors.push(...validateAffinity(spec))
  errors.push(...validateClusterIps(spec))
  for (const [i, ip] of (spec.externalIPs ?? []).entries()) {
    const at = `spec.externalIPs[${i}]`
    const faults = ipErrors(at, ip)
    errors.push(...(faults.length > 0 ? faults : specialIpErrors(at, ip)))
  }
  errors.push(...oneOf('spec.type', spec.type, TYPES))
  errors.push(...validateNoTwoPorts(spec))
  errors.push(...validateBalancer(service))
  errors.push(...validateTrafficPolicies(spec))
  return errors
}

function validateHints({ metadata }: DeepReadonly<Service>): FieldError[] {
  const mode = metadata.annotations?.[MODE]
  const hints = metadata.annotations?.[HINTS]
  if (mode === undefined || hints === undefined || mode === hints) return []
  const detail = `must match annotations[${HINTS}] when both are specified`
  return [invalid(`metadata.annotations[${MODE}]`, mode, detail)]
}

function validateExternalName(spec: Spec): FieldError[] {
  const errors: FieldError[] = []
  const detail = 'may not be set for ExternalName services'
  if (spec.clusterIPs?.length) errors.push(forbidden('spec.clusterIPs', detail))
  if (spec.ipFamilies?.length) errors.push(forbidden('spec.ipFamilies', detail))
  if (spec.ipFamilyPolicy !== undefined) errors.push(forbidden('spec.ipFamilyPolicy', detail))
  const name = (spec.externalName ?? '').replace(/\.$/, '')
  if (name === '') return [...errors, required('spec.externalName')]
  return [...errors, ...each('spec.externalName', name, dns1123SubdomainErrors(name))]
}

function validatePort(
  port: DeepReadonly<ServicePort>,
  path: string,
  { needsName, names }: { needsName: boolean; names: Set<string> },
): FieldError[] {
  const errors: FieldError[] = []
  if (!port.name) {
    if (needsName) errors.push(required(`${path}.name`))
  } else {
    errors.push(...each(`${path}.name`, port.name, dns1123LabelErrors(port.name)))
    if (names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name))
    names.add(port.name)
  }
  errors.push(...each(`${path}.port`, port.port, portNumberErrors(port.port)))
  errors.push(...oneOf(`${path}.protocol`, port.protocol, PROTOCOLS))
  const target = port.targetPort ?? port.port
  const faults = typeof target === 'number' ? portNumberErrors(target) : portNameErrors(target)
  errors.push(...each(`${path}.targetPort`, target, faults))
  const { appProtocol } = port
  if (appProtocol === undefined) return errors
  return [...errors, ...each(`${path}.appProtocol`, appProtocol, qualifiedNameErrors(appProtocol))]
}

function validateAffinity(spec: Spec): FieldError[] {
  const errors = oneOf('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])
  const at = 'spec.sessionAffinityConfig'
  const { sessionAffinityConfig: config } = spec
  if (spec.sessionAffinity === 'None' && config) {
    return [...errors, forbidden(at, 'must not be set when session affinity is None')]
  }
  if (spec.sessionAffinity !== 'ClientIP') return errors
  const missing = (path: string) => required(path, 'when session affinity type is ClientIP')
  if (!config) return [...errors, missing(at)]
  if (!config.clientIP) return [...errors, missing(`${at}.clientIP`)]
  const seconds = config.clientIP.timeoutSeconds
  if (seconds === undefined) return [...errors, missing(`${at}.clientIP.timeoutSeconds`)]
  if (seconds > 0 && seconds <= MAX_AFFINITY_SECONDS) return errors
  const detail = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`
  return [...errors, invalid(`${at}.clientIP.timeoutSeconds`, seconds, detail)]
}

/** Ports and node ports stand once for each protocol. */
function validateNoTwoPorts({ ports = [], type }: Spec): FieldError[] {
  const errors: FieldError[] = []
  const onNodes = ports.map(({ protocol, nodePort }) => nodePort && `${protocol}/${nodePort}`)
  const own = ports.map(({ protocol, port }) => `${protocol}/${port}`)
  for (const [i, { nodePort }] of ports.entries()) {
    if (type !== 'ClusterIP' || !nodePort) continue
    const detail = "may not be used when `type` is 'ClusterIP'"
    errors.push(forbidden(`spec.ports[${i}].nodePort`, detail))
  }
  for (const [i, { nodePort }] of ports.entries()) {
    if (!nodePort || onNodes.indexOf(onNodes[i]) === i) continue
    errors.push(duplicate(`spec.ports[${i}].nodePort`, nodePort))
  }
  for (const [i, { protocol, port }] of ports.entries()) {
    if (own.indexOf(own[i] ?? '') === i) continue
    // Upstream shows what is the same, and nothing else of the port.
    const shown = goText(ServicePort, { protocol, port, targetPort: 0 })
    errors.push(duplicate(`spec.ports[${i}]`, shown))
  }
  return errors
}

function validateBalancer({ metadata, spec }: DeepReadonly<Service>): FieldError[] {
  const isBalanced = spec.type === 'LoadBalancer'
  const errors: FieldError[] = []
  const ranges = spec.loadBalancerSourceRanges ?? []
  const noted = metadata.annotations?.[SOURCE_RANGES]
  if (ranges.length > 0) {
    const at = 'spec.LoadBalancerSourceRanges'
    if (!isBalanced) errors.push(forbidden(at, ONLY_BALANCED))
    errors.push(...ranges.flatMap((range, i) => cidrErrors(`${at}[${i}]`, range.trim())))
  } else if (noted !== undefined) {
    const at = `metadata.annotations[${SOURCE_RANGES}]`
    if (!isBalanced) errors.push(forbidden(at, ONLY_BALANCED))
    const texts = noted.trim() === '' ? [] : noted.split(',')
    errors.push(...texts.flatMap((range) => cidrErrors(at, range.trim())))
  }
  if (spec.allocateLoadBalancerNodePorts !== undefined && !isBalanced) {
    errors.push(forbidden('spec.allocateLoadBalancerNodePorts', ONLY_BALANCED))
  }
  return [...errors, ...validateBalancerClass(spec)]
}

function validateBalancerClass({ type, loadBalancerClass: name }: Spec): FieldError[] {
  if (name === undefined) return []
  const at = 'spec.loadBalancerClass'
  if (type !== 'LoadBalancer') return [forbidden(at, ONLY_BALANCED)]
  return each(at, name, qualifiedNameErrors(name))
}

const needsHealthCheck = ({ type, externalTrafficPolicy }: Spec) =>
  type === 'LoadBalancer' && externalTrafficPolicy === 'Local'

function validateTrafficPolicies(spec: Spec): FieldError[] {
  const errors: FieldError[] = []
  const { type, externalTrafficPolicy: external = '', healthCheckNodePort = 0 } = spec
  const isExternal =
    type === 'NodePort' ||
    type === 'LoadBalancer' ||
    (type === 'ClusterIP' && (spec.externalIPs?.length ?? 0) > 0)
  if (isExternal) errors.push(...oneOf('spec.externalTrafficPolicy', external, POLICIES))
  else if (external !== '') {
    const detail = 'may only be set for externally-accessible services'
    errors.push(invalid('spec.externalTrafficPolicy', external, detail))
  }
  const at = 'spec.healthCheckNodePort'
  if (needsHealthCheck(spec)) {
    if (healthCheckNodePort !== 0) {
      errors.push(...each(at, healthCheckNodePort, portNumberErrors(healthCheckNodePort)))
    }
  } else if (healthCheckNodePort !== 0) {
    const detail =
      "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    errors.push(invalid(at, healthCheckNodePort, detail))
  }
  const { internalTrafficPolicy: internal, trafficDistribution: distribution } = spec
  if (internal === undefined && type !== 'ExternalName' && TYPES.includes(type ?? '')) {
    errors.push(required('spec.internalTrafficPolicy'))
  }
  if (internal !== undefined && !POLICIES.includes(internal)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, POLICIES))
  }
  if (distribution !== undefined && !DISTRIBUTIONS.includes(distribution)) {
    errors.push(notSupported('spec.trafficDistribution', distribution, DISTRIBUTIONS))
  }
  return errors
}

/** What a Service keeps: addresses, families, who balances its load, the port of its checks. */
export function validateServiceUpdate(
  service: DeepReadonly<Service>,
  old: DeepReadonly<Service>,
): FieldError[] {
  const errors = validateAddressUpdate(service, old)
  const { spec } = service
  const isBalanced = spec.type === 'LoadBalancer' && old.spec.type === 'LoadBalancer'
  if (isBalanced && spec.loadBalancerClass !== old.spec.loadBalancerClass) {
    const detail = 'may not change once set'
    errors.push(invalid('spec.loadBalancerClass', spec.loadBalancerClass, detail))
  }
  errors.push(...validateBalancerClass(spec))
  const isChecked = needsHealthCheck(spec) && needsHealthCheck(old.spec)
  if (isChecked && spec.healthCheckNodePort !== old.spec.healthCheckNodePort) {
    errors.push(forbidden('spec.healthCheckNodePort', 'field is immutable'))
  }
  return errors
}

const IP_MODES = ['Proxy', 'VIP']

/** What a load balancer says of itself. */
export function validateServiceStatus({ spec, status }: DeepReadonly<Service>): FieldError[] {
  const path = 'status.loadBalancer.ingress'
  const points = status?.loadBalancer?.ingress ?? []
  if (spec.type !== 'LoadBalancer' && points.length > 0) {
    return [forbidden(path, "may only be used when `spec.type` is 'LoadBalancer'")]
  }
  return points.flatMap(({ ip = '', ipMode, hostname = '' }, i) => {
    const at = `${path}[${i}]`
    const errors = ip === '' ? [] : ipErrors(`${at}.ip`, ip)
    if (ipMode === undefined) {
      if (ip !== '') errors.push(required(`${at}.ipMode`, 'must be specified when `ip` is set'))
    } else if (ip === '') {
      errors.push(forbidden(`${at}.ipMode`, 'may not be specified when `ip` is not set'))
    } else if (!IP_MODES.includes(ipMode)) {
      errors.push(notSupported(`${at}.ipMode`, ipMode, IP_MODES))
    }
    if (hostname === '') return errors
    errors.push(...each(`${at}.hostname`, hostname, dns1123SubdomainErrors(hostname)))
    if (ipErrors('', hostname).length > 0) return errors
    const detail = 'must be a DNS name, not an IP address'
    return [...errors, invalid(`${at}.hostname`, hostname, detail)]
  })
}
