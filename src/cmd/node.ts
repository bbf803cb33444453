import { apiEndpoint, type NodeTopology } from '../../cluster/index.ts'
import type { GrpcDial, HttpHandler } from '../base/index.ts'
import { createClient } from '../client/index.ts'
import { killLeftovers, startNode } from '../node/index.ts'
import {
  httpsClient,
  serveHttps,
  systemClock,
  systemLinks,
  systemNet,
  systemProcesses,
  systemRandom,
  systemUsage,
} from '../platform/index.ts'
import { givenFlags } from './parts/given-flags.ts'
import { KUBELET_FLAGS, withKubeletFlags } from './parts/kubelet-flags.ts'
import { nodeConfig } from './parts/node-config.ts'
import { openCredentials } from './parts/node-credentials.ts'
import { type Part, runPart, untilStopped } from './parts/part.ts'

const STOP_TIMEOUT_MS = 3000

/** A node's agent: kubelet, proxy and DNS. Its pods outlive it; `--stop-pods` ends them instead. */
async function main(part: Part): Promise<void> {
  const { topology, layout, name, log, disk, signal } = part
  const node = topology.nodes.find((each) => each.name === name)
  if (!node) throw new Error(`--name: there is no node "${name}" in ${layout.topology}`)
  const dataFolder = layout.dataOf(name)
  await disk.mkdir(dataFolder, { mode: 0o755 })
  const flags = givenFlags(topology, 'kubelet', { name, defaults: KUBELET_FLAGS })
  const config = withKubeletFlags(await nodeConfig(topology, node, dataFolder), flags)
  const system = {
    clock: systemClock,
    random: systemRandom(),
    log,
    disk,
    links: systemLinks,
    net: systemNet,
    dialGrpc,
    processes: systemProcesses(),
    usage: systemUsage(),
  }
  if (part.flags.has('stop-pods')) {
    await killLeftovers(config, system)
    return
  }
  const credentials = await openCredentials(part, node)
  const { options: tls } = credentials.client
  const transport = httpsClient({ endpoints: mastersFor(node, part), tls })
  const client = createClient({ transport: transport.handle, ...system, userAgent: 'navarch-node' })
  const { address, kubeletPort: port } = node
  // `/healthz` answers once the node is Ready: that is what the launcher waits for.
  let registered = false
  const guard =
    (handler: HttpHandler): HttpHandler =>
    (request) => {
      if (registered || request.url !== '/healthz') return handler(request)
      return Promise.resolve({ status: 503, headers: {}, body: undefined })
    }
  const running = startNode(config, {
    ...system,
    client,
    serveKubelet: (handler) =>
      serveHttps({
        address,
        port,
        tls: credentials.serving.options,
        handler: guard(handler),
        log,
      }),
  })
  const onClient = () => transport.reconnect()
  const rotating = credentials.rotate({ client, onClient, signal })
  void running.ready.then(() => {
    registered = true
  })
  const stop = async () => {
    await running.stop()
    await transport.close()
  }
  const stopped = untilStopped(signal, stop, { timeoutMs: STOP_TIMEOUT_MS })
  await Promise.race([stopped, running.done, rotating.then(() => stopped)])
}

/** The library is loaded only once a probe needs it. */
const dialGrpc: GrpcDial = async (endpoint) => {
  const { grpcClient } = await import('../platform/grpc-client.ts')
  return grpcClient({ endpoints: [endpoint] })
}

/** Each node begins with another master. */
function mastersFor(node: NodeTopology, { topology }: Part): string[] {
  const endpoints = topology.masters.map(apiEndpoint)
  const shift = topology.nodes.indexOf(node) % endpoints.length
  return [...endpoints.slice(shift), ...endpoints.slice(0, shift)]
}

runPart(main)
