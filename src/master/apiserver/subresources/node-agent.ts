import type { HttpHandler } from '../../../base/index.ts'
import type { Node, Pod } from '../../../api/index.ts'
import { objectKey } from '../keys.ts'
import { fetch, type Store } from '../registry/store.ts'
import { statusErrors } from '../status.ts'

/** Reaches a node's agent at its base URL, such as `https://10.0.0.7:10250`. */
export type KubeletClient = (baseUrl: string) => HttpHandler

/** The container that is meant: the only one, or the one that is named. Throws 400. */
export function chooseContainer(pod: Pod, wanted: string): string {
  const { name = '' } = pod.metadata
  const names = pod.spec.containers.map((c) => c.name)
  const init = (pod.spec.initContainers ?? []).map((c) => c.name)
  const ephemeral = (pod.spec.ephemeralContainers ?? []).map((c) => c.name)
  if (wanted !== '') {
    if ([...names, ...init, ...ephemeral].includes(wanted)) return wanted
    throw statusErrors.badRequest(`container ${wanted} is not valid for pod ${name}`)
  }
  const [only, another] = names
  if (only !== undefined && another === undefined) return only
  let message = `a container name must be specified for pod ${name}`
  if (names.length > 0) message += `, choose one of: [${names.join(' ')}]`
  if (init.length > 0) message += ` or one of the init containers: [${init.join(' ')}]`
  throw statusErrors.badRequest(message)
}

// By the addresses that upstream prefers; a node's own name is not resolved.
const ADDRESS_TYPES = ['InternalIP', 'ExternalIP', 'Hostname']

/** Where a node's agent listens. Throws 404 and 500. */
export async function kubeletUrl(
  nodes: Store | undefined,
  at: { nodeName: string; signal: AbortSignal },
): Promise<string> {
  const key = nodes && objectKey(nodes.resource, { name: at.nodeName })
  const found = nodes && key ? await fetch(nodes, key, at.signal) : undefined
  if (!found) throw statusErrors.notFound({ group: '', plural: 'pods' }, at.nodeName)
  const { address, port } = kubeletAddress(found.parse() as Node)
  return `https://${address.includes(':') ? `[${address}]` : address}:${port}`
}

/** Where the agent of a node listens. Throws 500. */
export function kubeletAddress({ status }: Node): { address: string; port: number } {
  const addresses = status?.addresses ?? []
  const types = ADDRESS_TYPES.filter((type) => addresses.some((a) => a.type === type))
  const address = addresses.find((a) => a.type === types[0])?.address
  const port = status?.daemonEndpoints?.kubeletEndpoint?.Port
  if (address === undefined || !port) {
    throw statusErrors.plain(`no preferred addresses found; known addresses: []`)
  }
  return { address, port }
}
