import {
  type HttpHandler,
  type HttpsCall,
  type HttpsTarget,
  type Random,
  StatusError,
} from '../../../base/index.ts'
import {
  addressBits,
  addressOf,
  cidrContains,
  type EndpointSlice,
  isIpv4,
  isIpv6,
  type Node,
  type Pod,
  type Service,
} from '../../../api/index.ts'
import type { Lookup } from '../admission/index.ts'
import { callOf, type Exchange } from '../exchange.ts'
import { getObject } from '../registry/list.ts'
import type { Store } from '../registry/store.ts'
import { statusErrors } from '../status.ts'
import { type KubeletClient, kubeletAddress } from '../subresources/node-agent.ts'

/** Where a proxied request goes. */
export interface Location {
  /** `host:port` */
  readonly host: string
  readonly send: HttpHandler
}

export interface ProxyParts {
  readonly lookup: Lookup
  readonly random: Random
  readonly kubelet: KubeletClient
  /** Absent: only node agents can be reached. */
  readonly call: HttpsCall | undefined
}

/** Finds where a name such as `https:web:443` leads. Throws what the client is to be told. */
export type Locate = (store: Store, exchange: Exchange, parts: ProxyParts) => Promise<Location>

interface Named {
  readonly scheme: string
  readonly name: string
  readonly port: string
}

/** `name`, `name:port` or `scheme:name:port` (apimachinery `SplitSchemeNamePort`). */
export function splitName(id: string): Named | undefined {
  const parts = id.split(':')
  if (parts.length > 3) return undefined
  const [scheme = '', name = '', port = ''] =
    parts.length === 3 ? parts : ['', parts[0], parts[1] ?? '']
  const isKnown = scheme === '' || scheme === 'http' || scheme === 'https'
  return name !== '' && isKnown ? { scheme, name, port } : undefined
}

function named(what: string, { at }: Exchange): Named {
  const found = splitName(at.name)
  if (found) return found
  throw statusErrors.badRequest(`invalid ${what} request ${JSON.stringify(at.name)}`)
}

export const podLocation: Locate = async (store, exchange, parts) => {
  const { scheme, name, port } = named('pod', exchange)
  const revision = await getObject(store, callOf(exchange, true), { name, version: '' })
  const { spec, status } = revision.parse() as Pod
  const first = spec.containers.find(({ ports }) => ports?.length)?.ports?.[0]?.containerPort
  const host = status?.podIPs?.[0]?.ip ?? status?.podIP ?? ''
  requireProxyable(host)
  return locationOf(parts, { scheme, host, port: port === '' ? String(first ?? '') : port })
}

export const serviceLocation: Locate = async (store, exchange, parts) => {
  const { scheme, name, port } = named('service', exchange)
  const { namespace } = exchange.at
  const revision = await getObject(store, callOf(exchange, true), { name, version: '' })
  const { spec } = revision.parse() as Service
  let portName = port
  if (/^\d+$/.test(port)) {
    const found = (spec?.ports ?? []).find((each) => each.port === Number(port))
    if (!found) {
      const shown = JSON.stringify(name)
      throw unavailable(`no service port ${port} found for service ${shown}`)
    }
    portName = found.name ?? ''
  }
  const addresses = podAddresses(parts.lookup, { namespace, name, portName })
  const chosen = addresses[parts.random.int(Math.max(addresses.length, 1))]
  if (!chosen) {
    const shown = JSON.stringify(addresses.length === 0 ? exchange.at.name : name)
    throw unavailable(`no endpoints available for service ${shown}`)
  }
  return locationOf(parts, { scheme, ...chosen })
}

/** The agent of a node, or another port of it. */
export const nodeLocation: Locate = async (store, exchange, parts) => {
  const { scheme, name, port } = named('node', exchange)
  const revision = await getObject(store, callOf(exchange, false), { name, version: '' })
  const agent = kubeletAddress(revision.parse() as Node)
  if (port === '' || port === String(agent.port)) {
    const host = joined(agent.address, agent.port)
    return { host, send: parts.kubelet(`https://${host}`) }
  }
  requireProxyable(agent.address)
  return locationOf(parts, { scheme, host: agent.address, port })
}

/** Ready endpoints of a Service that are pods of its namespace: to no other address one is led. */
function podAddresses(
  lookup: Lookup,
  of: { namespace: string; name: string; portName: string },
): { host: string; port: string }[] {
  const { namespace, name, portName } = of
  const slices = lookup
    .list<EndpointSlice>({ group: 'discovery.k8s.io', plural: 'endpointslices' }, { namespace })
    .filter(({ metadata }) => metadata.labels?.['kubernetes.io/service-name'] === name)
  return slices.flatMap(({ endpoints = [], ports }) => {
    const port = (ports ?? []).find((each) => (each.name ?? '') === portName)?.port
    const ready = endpoints.filter(({ conditions }) => conditions?.ready !== false)
    if (!port) return []
    return ready.flatMap(({ addresses, targetRef }) => {
      const at = { namespace, name: targetRef?.name ?? '' }
      if (targetRef?.kind !== 'Pod' || targetRef.namespace !== namespace) return []
      const pod = lookup.cached<Pod>({ group: '', plural: 'pods' }, at)
      const own = (pod?.status?.podIPs ?? []).map(({ ip }) => ip)
      const real = addresses.filter((address) => own.includes(address))
      return real.map((host) => ({ host, port: String(port) }))
    })
  })
}

function locationOf(
  { call }: ProxyParts,
  to: { scheme: string; host: string; port: string },
): Location {
  const isPlain = to.scheme !== 'https'
  const port = Number(to.port || (isPlain ? 80 : 443))
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw unavailable(`error trying to reach service: dial tcp: address ${to.port}: invalid port`)
  }
  const target: HttpsTarget = { host: to.host, port, ...(isPlain ? PLAIN : UNPROVEN) }
  const host = to.port === '' ? to.host : joined(to.host, to.port)
  return {
    host,
    send: (request) => {
      if (!call) throw unavailable('error trying to reach service: there is no way out of here')
      return call(target, request)
    },
  }
}

const PLAIN = { plain: true }
/** As in kube-apiserver: pods have certificates of anybody. */
const UNPROVEN = { insecure: true }

const joined = (host: string, port: string | number): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`

// Upstream allows no loopback address at all; the pods of a local cluster have nothing else.
const NOT_ALLOWED = ['127.0.0.0/16', '169.254.0.0/16', '0.0.0.0/8', '224.0.0.0/3']
const NOT_ALLOWED_SIX = ['::/127', 'fe80::/10', 'ff00::/8']

/**
 * Throws for addresses that lead to this machine, its network link, or many at once, and for names,
 * which may lead anywhere.
 */
export function requireProxyable(address: string): void {
  if (!isIpv4(address) && !isIpv6(address)) throw statusErrors.badRequest('address not allowed')
  const bits = addressBits(address)
  const isMapped = isIpv6(address) && bits >> 32n === 0xffffn
  const real = isMapped ? addressOf(bits & 0xffff_ffffn, false) : address
  const blocks = isIpv4(real) ? NOT_ALLOWED : NOT_ALLOWED_SIX
  if (blocks.some((block) => cidrContains(block, real))) {
    throw statusErrors.badRequest('address not allowed')
  }
}

function unavailable(message: string): StatusError {
  return new StatusError(503, 'ServiceUnavailable', message)
}
