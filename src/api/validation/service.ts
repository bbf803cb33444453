import type { DeepReadonly } from '../../base/index.ts'
import type { Service, ServicePort, ServiceSpec } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { duplicate, forbidden, goStrings, invalid, notSupported, required } from './field-errors.ts'
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  portNameErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from './names.ts'
import { each, ipErrors, isIpv4, isIpv6, oneOf } from './pod/common.ts'

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']
const PROTOCOLS = ['SCTP', 'TCP', 'UDP']
const MAX_AFFINITY_SECONDS = 86_400

/** What can be wrong with a Service, but for what only allocation can tell (addresses taken). */
export function validateServiceSpec(service: DeepReadonly<Service>): FieldError[] {
  const { spec } = service
  const isExternalName = spec.type === 'ExternalName'
  const isHeadless = spec.clusterIP === 'None'
  const errors: FieldError[] = []
  if (!spec.ports?.length && !isHeadless && !isExternalName) errors.push(required('spec.ports'))
  if (spec.type === 'LoadBalancer' && isHeadless) {
    errors.push(
      invalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for LoadBalancer services"),
    )
  }
  if (spec.type === 'NodePort' && isHeadless) {
    errors.push(
      invalid('spec.clusterIPs[0]', 'None', "may not be set to 'None' for NodePort services"),
    )
  }
  if (isExternalName) errors.push(...validateExternalName(spec))
  errors.push(...validatePorts(spec, isHeadless, isExternalName))
  for (const [key, value] of Object.entries(spec.selector ?? {})) {
    errors.push(...each('spec.selector', key, qualifiedNameErrors(key)))
    errors.push(...each('spec.selector', value, labelValueErrors(value)))
  }
  errors.push(...validateAffinity(spec))
  errors.push(...validateAddresses(spec, isExternalName))
  errors.push(...oneOf('spec.type', spec.type, TYPES))
  errors.push(...validateTrafficPolicies(spec, isExternalName))
  return errors
}

function validateExternalName(spec: DeepReadonly<ServiceSpec>): FieldError[] {
  const errors: FieldError[] = []
  if ((spec.clusterIPs?.length ?? 0) > 0) {
    errors.push(forbidden('spec.clusterIPs', 'may not be set for ExternalName services'))
  }
  const name = spec.externalName ?? ''
  if (name === '') errors.push(required('spec.externalName'))
  else
    errors.push(...each('spec.externalName', name, dns1123SubdomainErrors(name.replace(/\.$/, ''))))
  return errors
}

function validatePorts(
  spec: DeepReadonly<ServiceSpec>,
  isHeadless: boolean,
  isExternalName: boolean,
): FieldError[] {
  const ports = spec.ports ?? []
  const errors: FieldError[] = []
  const names = new Set<string>()
  const seen = new Set<string>()
  const nodePorts = new Set<string>()
  ports.forEach((port, i) => {
    const at = `spec.ports[${i}]`
    errors.push(...validatePort(port, at, { needsName: ports.length > 1, isHeadless, names }))
    const id = `${port.protocol}/${port.port}`
    if (seen.has(id)) errors.push(duplicatePort(at, port))
    seen.add(id)
    if (!port.nodePort) return
    if (isExternalName || spec.type === 'ClusterIP') {
      const detail = "may not be used when `type` is 'ClusterIP'"
      errors.push(forbidden(`${at}.nodePort`, detail))
    }
    const nodePort = `${port.protocol}/${port.nodePort}`
    if (nodePorts.has(nodePort)) errors.push(duplicate(`${at}.nodePort`, port.nodePort))
    nodePorts.add(nodePort)
  })
  return errors
}

function duplicatePort(path: string, port: DeepReadonly<ServicePort>): FieldError {
  const shown =
    `core.ServicePort{Name:"", Protocol:"${port.protocol}", AppProtocol:(*string)(nil), ` +
    `Port:${port.port}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`
  return { type: 'FieldValueDuplicate', field: path, detail: `Duplicate value: ${shown}` }
}

function validatePort(
  port: DeepReadonly<ServicePort>,
  path: string,
  around: { needsName: boolean; isHeadless: boolean; names: Set<string> },
): FieldError[] {
  const errors: FieldError[] = []
  if (!port.name) {
    if (around.needsName) errors.push(required(`${path}.name`))
  } else {
    errors.push(...each(`${path}.name`, port.name, dns1123LabelErrors(port.name)))
    if (around.names.has(port.name)) errors.push(duplicate(`${path}.name`, port.name))
    around.names.add(port.name)
  }
  errors.push(...each(`${path}.port`, port.port, portNumberErrors(port.port)))
  errors.push(...oneOf(`${path}.protocol`, port.protocol, PROTOCOLS))
  const target = port.targetPort ?? port.port
  const faults = typeof target === 'number' ? portNumberErrors(target) : portNameErrors(target)
  errors.push(...each(`${path}.targetPort`, target, faults))
  if (port.appProtocol) {
    errors.push(
      ...each(`${path}.appProtocol`, port.appProtocol, qualifiedNameErrors(port.appProtocol)),
    )
  }
  return errors
}

function validateAffinity(spec: DeepReadonly<ServiceSpec>): FieldError[] {
  const errors = oneOf('spec.sessionAffinity', spec.sessionAffinity, ['ClientIP', 'None'])
  const seconds = spec.sessionAffinityConfig?.clientIP?.timeoutSeconds
  const at = 'spec.sessionAffinityConfig'
  if (spec.sessionAffinity === 'ClientIP' && seconds !== undefined) {
    if (seconds <= 0 || seconds > MAX_AFFINITY_SECONDS) {
      const detail = `must be greater than 0 and less than ${MAX_AFFINITY_SECONDS}`
      errors.push(invalid(`${at}.clientIP.timeoutSeconds`, seconds, detail))
    }
  }
  if (spec.sessionAffinity === 'None' && spec.sessionAffinityConfig) {
    errors.push(forbidden(at, 'must not be set when session affinity is None'))
  }
  return errors
}

function validateAddresses(spec: DeepReadonly<ServiceSpec>, isExternalName: boolean): FieldError[] {
  const errors: FieldError[] = []
  const ips = spec.clusterIPs ?? []
  if (!isExternalName) {
    if (ips.length > 0 && spec.clusterIP !== ips[0]) {
      errors.push(invalid('spec.clusterIPs', goStrings(ips), 'first value must match `clusterIP`'))
    }
    ips.forEach((ip, i) => {
      const isNone = ip === 'None' && i === 0
      if (!isNone && !isIpv4(ip) && !isIpv6(ip)) {
        errors.push(...ipErrors(`spec.clusterIPs[${i}]`, ip))
      }
    })
  }
  spec.externalIPs?.forEach((ip, i) => {
    const at = `spec.externalIPs[${i}]`
    const faults = ipErrors(at, ip)
    errors.push(...faults)
    if (faults.length > 0) return
    const detail = forbiddenAddress(ip)
    if (detail) errors.push(invalid(at, ip, detail))
  })
  return errors
}

/** Addresses that belong to a host or to nobody. */
function forbiddenAddress(ip: string): string | undefined {
  if (ip === '0.0.0.0' || ip === '::') return 'may not be unspecified (0.0.0.0 or ::)'
  if (ip.startsWith('127.') || ip === '::1') {
    return 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
  }
  if (ip.startsWith('169.254.')) {
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'
  }
  return undefined
}

function validateTrafficPolicies(
  spec: DeepReadonly<ServiceSpec>,
  isExternalName: boolean,
): FieldError[] {
  const errors: FieldError[] = []
  const policies = ['Cluster', 'Local']
  const external = spec.externalTrafficPolicy
  const isExternal =
    spec.type === 'NodePort' || spec.type === 'LoadBalancer' || (spec.externalIPs?.length ?? 0) > 0
  if (external !== undefined) {
    if (!isExternal) {
      const detail = 'may only be set for externally-accessible services'
      errors.push(invalid('spec.externalTrafficPolicy', external, detail))
    } else if (!policies.includes(external)) {
      errors.push(notSupported('spec.externalTrafficPolicy', external, policies))
    }
  }
  const internal = spec.internalTrafficPolicy
  if (internal !== undefined && !isExternalName && !policies.includes(internal)) {
    errors.push(notSupported('spec.internalTrafficPolicy', internal, policies))
  }
  return errors
}

/** The cluster IP stays while the type needs one. */
export function validateServiceUpdate(
  service: DeepReadonly<Service>,
  old: DeepReadonly<Service>,
): FieldError[] {
  const hadIp = old.spec.clusterIP && old.spec.type !== 'ExternalName'
  if (!hadIp || service.spec.type === 'ExternalName') return []
  if (service.spec.clusterIP === old.spec.clusterIP) return []
  const shown = goStrings(service.spec.clusterIPs ?? [service.spec.clusterIP ?? ''])
  return [invalid('spec.clusterIPs[0]', shown, 'may not change once set')]
}
