import {
  canonicalIp,
  type CertificateRequest,
  type CertificateSigningRequest,
  cidrContains,
  isIpv4,
  isIpv6,
  type Node,
} from '../../api/index.ts'
import { KUBELET_SERVING_SIGNER, SIGNER_RULES } from './certificate-rules.ts'
import type { Cached } from './runtime.ts'

/** What a node's server may not be called, although the node may say so of itself. */
export interface NotOwn {
  /** Of other nodes and of masters: names and addresses. */
  readonly names: ReadonlySet<string>
  /** Of Services: CIDRs. */
  readonly blocks: readonly string[]
}

/** API servers', and everybody's. */
const NAMES: ReadonlySet<string> = new Set([
  'localhost',
  'kubernetes',
  'kubernetes.default',
  'kubernetes.default.svc',
  'kubernetes.default.svc.cluster.local',
])
/** Where what serves on this machine alone is reached; a local cluster's nodes are elsewhere in /8. */
const LOOPBACK = ['127.0.0.0/24', '::1/128']

/**
 * Whether a node asks for itself, and for no other names and addresses than its own. A node writes
 * its own addresses, and the authority is that of the API servers' certificates: what is theirs, a
 * Service's or another node's is refused even when the node claims it. Pure.
 */
export function isOwnServing(
  request: Cached<CertificateSigningRequest>,
  parsed: CertificateRequest,
  { node, notOwn }: { node: Cached<Node>; notOwn: NotOwn },
): boolean {
  if (!request.spec.groups?.includes('system:nodes')) return false
  if (SIGNER_RULES[KUBELET_SERVING_SIGNER]?.(request, parsed) !== undefined) return false
  const { name } = node.metadata
  const isNamed = (node.status?.addresses ?? []).some(
    ({ type, address }) => type === 'Hostname' && address === name,
  )
  const isOwnName = (dnsName: string) =>
    isNamed && dnsName === name && !NAMES.has(name) && !notOwn.names.has(name)
  const own = new Set(nodeAddresses(node))
  const foreign = [...LOOPBACK, ...notOwn.blocks]
  const isOwnAddress = (text: string) => {
    if (!isIpv4(text) && !isIpv6(text)) return false
    const ip = canonicalIp(text)
    // Clients take it for the IPv4 address that it holds.
    if (ip.startsWith('::ffff:')) return false
    if (!own.has(ip) || notOwn.names.has(ip)) return false
    return !foreign.some((cidr) => cidrContains(cidr, ip))
  }
  return parsed.dnsNames.every(isOwnName) && parsed.ipAddresses.every(isOwnAddress)
}

/** A node's names and addresses, as it tells them. */
export const nodeAddresses = ({ status }: Cached<Node>): string[] =>
  (status?.addresses ?? []).map(({ address }) => canonicalIp(address))
