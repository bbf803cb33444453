import { ConnectionError, type HttpResponse } from '../../../base/index.ts'
import type { Pod } from '../../../api/index.ts'
import { callOf, type Exchange } from '../exchange.ts'
import { protocolsOf } from '../over-web-socket.ts'
import { getObject } from '../registry/list.ts'
import type { Store } from '../registry/store.ts'
import { isTrue } from '../request-info.ts'
import { statusErrors } from '../status.ts'
import { chooseContainer, type KubeletClient, kubeletUrl } from './node-agent.ts'
import { admitConnect } from './admit.ts'
import type { Subresource } from './router.ts'

/** Which of a kubelet's streams a sub-resource leads to: path and query, given pod and request. */
type Target = (pod: Pod, exchange: Exchange) => string

/** `exec`: a command in a container. */
export const execTarget: Target = (pod, { at, query }) => {
  const container = chooseContainer(pod, query.get('container') ?? '')
  const passed = streamQuery(query)
  for (const word of query.getAll('command')) passed.append('command', word)
  return `/exec/${at.namespace}/${at.name}/${container}?${passed.toString()}`
}

/** `attach`: the streams of a container's first process. */
export const attachTarget: Target = (pod, { at, query }) => {
  const container = chooseContainer(pod, query.get('container') ?? '')
  return `/attach/${at.namespace}/${at.name}/${container}?${streamQuery(query).toString()}`
}

/** `portforward`: connections to a pod's ports. */
export const portForwardTarget: Target = (_, { at }) => `/portForward/${at.namespace}/${at.name}`

// The kubelet's names for them.
const STREAMS = { stdin: 'input', stdout: 'output', stderr: 'error', tty: 'tty' } as const

function streamQuery(query: URLSearchParams): URLSearchParams {
  const passed = new URLSearchParams()
  for (const [ours, theirs] of Object.entries(STREAMS)) {
    if (isTrue(query.get(ours))) passed.set(theirs, '1')
  }
  return passed
}

/** Whether a request lasts as long as its client wants. */
export function isStream(subresource: string): boolean {
  return ['log', 'exec', 'attach', 'portforward', 'proxy'].includes(subresource)
}

/** Hands a request to upgrade on to the pod's node agent; from then on bytes alone pass. */
export function podStream(
  target: Target,
  options: { nodes: () => Store | undefined; kubelet: KubeletClient },
): Subresource {
  return (store) => async (exchange) => {
    const { at, request, signal } = exchange
    if (at.verb !== 'get' && at.verb !== 'create') throw statusErrors.methodNotAllowed()
    const { name } = at
    const call = callOf(exchange, true)
    await admitConnect(store, exchange)
    const pod = (await getObject(store, call, { name, version: '' })).parse() as Pod
    const url = target(pod, exchange)
    const { nodeName } = pod.spec
    if (!nodeName) throw statusErrors.badRequest(`pod ${name} does not have a host assigned`)
    if (request.headers['upgrade'] === undefined) {
      throw statusErrors.badRequest('Upgrade request required')
    }
    const baseUrl = await kubeletUrl(options.nodes(), { nodeName, signal })
    return forward(options.kubelet, exchange, { baseUrl, url })
  }
}

async function forward(
  kubelet: KubeletClient,
  exchange: Exchange,
  to: { baseUrl: string; url: string },
): Promise<HttpResponse> {
  const { request, signal } = exchange
  try {
    const { method, headers } = request
    const passed = Object.entries(headers).filter(([name]) => isPassedOn(name))
    const protocols = protocolsOf(request).join(', ')
    const asked = {
      method,
      url: to.url,
      headers: {
        ...Object.fromEntries(passed),
        ...(protocols && { 'sec-websocket-protocol': protocols }),
      },
      body: undefined,
    }
    return await kubelet(to.baseUrl)({ ...asked, signal })
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
    throw statusErrors.internal(`error dialing backend: ${error.message}`)
  }
}

/** What the handshakes of WebSocket and SPDY consist of; credentials stay here. */
function isPassedOn(header: string): boolean {
  const isHandshake = header === 'connection' || header === 'upgrade'
  return isHandshake || /^(?:sec-websocket-(?!protocol)|x-stream-protocol-)/.test(header)
}
