import type { DeepReadonly } from '../../base/index.ts'
import type {
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from '../networking/index.ts'
import type { FieldError } from '../schema/index.ts'
import { cidrContains, cidrErrors } from './addresses.ts'
import { forbidden, goStrings, invalid, notSupported, required } from './field-errors.ts'
import { portNameErrors, portNumberErrors } from './names.ts'
import { each } from './pod/common.ts'
import { validateLabelSelector } from './label-selector.ts'

const POLICY_TYPES = ['Ingress', 'Egress']
const PROTOCOLS = ['TCP', 'UDP', 'SCTP']

export function validateNetworkPolicy({ spec }: DeepReadonly<NetworkPolicy>): FieldError[] {
  const { podSelector = {}, ingress = [], egress = [], policyTypes = [] } = spec ?? {}
  const errors = validateLabelSelector(podSelector, 'spec.podSelector')
  for (const [i, { ports, from }] of ingress.entries()) {
    const at = `spec.ingress[${i}]`
    errors.push(...validatePorts(ports, `${at}.ports`), ...validatePeers(from, `${at}.from`))
  }
  for (const [i, { ports, to }] of egress.entries()) {
    const at = `spec.egress[${i}]`
    errors.push(...validatePorts(ports, `${at}.ports`), ...validatePeers(to, `${at}.to`))
  }
  if (policyTypes.length > POLICY_TYPES.length) {
    const shown = goStrings(policyTypes, 'networking.PolicyType')
    errors.push(invalid('spec.policyTypes', shown, 'may not specify more than two policyTypes'))
    return errors
  }
  for (const [i, type] of policyTypes.entries()) {
    if (POLICY_TYPES.includes(type)) continue
    errors.push(notSupported(`spec.policyTypes[${i}]`, type, POLICY_TYPES))
  }
  return errors
}

function validatePorts(
  ports: readonly DeepReadonly<NetworkPolicyPort>[] = [],
  path: string,
): FieldError[] {
  return ports.flatMap((port, i) => validatePort(port, `${path}[${i}]`))
}

function validatePort(
  { protocol, port, endPort }: DeepReadonly<NetworkPolicyPort>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (protocol !== undefined && !PROTOCOLS.includes(protocol)) {
    errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
  }
  if (typeof port === 'number') {
    errors.push(...each(`${path}.port`, port, portNumberErrors(port)))
    if (endPort !== undefined && endPort < port) {
      const detail = 'must be greater than or equal to `port`'
      // Upstream shows the other port.
      errors.push(invalid(`${path}.endPort`, port, detail))
    }
    if (endPort !== undefined) {
      errors.push(...each(`${path}.endPort`, endPort, portNumberErrors(endPort)))
    }
  } else if (endPort !== undefined) {
    const why = port === undefined ? 'is not specified' : 'is non-numeric'
    errors.push(invalid(`${path}.endPort`, endPort, `may not be specified when \`port\` ${why}`))
  }
  if (typeof port === 'string') errors.push(...each(`${path}.port`, port, portNameErrors(port)))
  return errors
}

function validatePeers(
  peers: readonly DeepReadonly<NetworkPolicyPeer>[] = [],
  path: string,
): FieldError[] {
  return peers.flatMap((peer, i) => validatePeer(peer, `${path}[${i}]`))
}

function validatePeer(
  { podSelector, namespaceSelector, ipBlock }: DeepReadonly<NetworkPolicyPeer>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (podSelector) errors.push(...validateLabelSelector(podSelector, `${path}.podSelector`))
  if (namespaceSelector) {
    errors.push(...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`))
  }
  if (ipBlock) errors.push(...validateIpBlock(ipBlock, `${path}.ipBlock`))
  if (!podSelector && !namespaceSelector && !ipBlock) {
    errors.push(required(path, 'must specify a peer'))
  } else if (ipBlock && (podSelector || namespaceSelector)) {
    errors.push(forbidden(path, 'may not specify both ipBlock and another peer'))
  }
  return errors
}

function validateIpBlock({ cidr, except = [] }: DeepReadonly<IPBlock>, path: string): FieldError[] {
  if (!cidr) return [required(`${path}.cidr`)]
  const faults = cidrErrors(`${path}.cidr`, cidr)
  if (faults.length > 0) return faults
  return except.flatMap((part, i) => {
    const at = `${path}.except[${i}]`
    const wrong = cidrErrors(at, part)
    if (wrong.length > 0) return wrong
    const narrower = Number(part.split('/')[1]) > Number(cidr.split('/')[1])
    if (narrower && cidrContains(cidr, part)) return []
    return [invalid(at, part, 'must be a strict subset of `cidr`')]
  })
}
