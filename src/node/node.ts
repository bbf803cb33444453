import {
  type Clock,
  type Disk,
  type GrpcDial,
  type HttpHandler,
  type Links,
  type Log,
  type Net,
  type Processes,
  type Random,
  type UsageMeter,
} from '../base/index.ts'
import { events, type NodeSystemInfo } from '../api/index.ts'
import { type Client, createInformers, QueuedEventRecorder } from '../client/index.ts'
import { Dns, type DnsConfig } from './dns/index.ts'
import {
  HollowRuntime,
  type ImageCatalog,
  Kubelet,
  type MountMode,
  ProcessRuntime,
  type Runtime,
} from './kubelet/index.ts'
import { PortKeeper, Proxy, servedPorts } from './proxy/index.ts'

export interface NodeConfig {
  readonly name: string
  /** The node's own address, of 127.0.0.0/8 in a local cluster. */
  readonly ip: string
  /** Absolute; the node keeps everything in it. */
  readonly dataFolder: string
  readonly version: string
  /** Quantities: `{ cpu: '2', memory: '8Gi', pods: '110' }`. */
  readonly capacity: Readonly<Record<string, string>>
  /** `containerRuntimeVersion`, `kubeletVersion` and `kubeProxyVersion` are filled in. */
  readonly info: Omit<
    NodeSystemInfo,
    'containerRuntimeVersion' | 'kubeletVersion' | 'kubeProxyVersion'
  >
  /** `v1.32.0`: the release of Kubernetes whose kubelet this one stands for. */
  readonly kubernetesVersion: string
  readonly labels?: Readonly<Record<string, string>>
  /** Environment of containers from the host: PATH. */
  readonly hostEnv: Readonly<Record<string, string>>
  readonly apiServer?: { readonly host: string; readonly port: number }
  /** Common names of API servers' client certificates. */
  readonly apiServerNames: readonly string[]
  readonly runtime:
    | {
        readonly kind: 'process'
        /** Addresses of this node's pods, such as `127.20.1.0/24`. */
        readonly podCidr: string
        readonly images: ImageCatalog
        /** The agent's own user; 0 can start containers as others. */
        readonly ownUid?: number
        /** Default: found by trying. */
        readonly mountMode?: MountMode
      }
    | {
        readonly kind: 'hollow'
        /** The pods' addresses, such as `10.128.1.0/24`; they lead nowhere. */
        readonly podCidr: string
        readonly startLatencyMs?: number
      }
  /** Default: no proxy. NodePorts are served on the node's address and on these. */
  readonly proxy?: { readonly nodePortAddresses?: readonly string[] }
  /** Default: no DNS. */
  readonly dns?: Omit<DnsConfig, 'nodeName'>
}

export interface NodeDependencies {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly disk: Disk
  readonly links: Links
  readonly net: Net
  /** For probes. */
  readonly dialGrpc?: GrpcDial
  readonly processes: Processes
  /** Default: nothing is measured. */
  readonly usage?: UsageMeter
  /** Serves the kubelet over HTTPS, and says on which port. */
  serveKubelet(handler: HttpHandler): Promise<{ readonly port: number; close(): Promise<void> }>
}

export interface RunningNode {
  /** Resolves when the node is registered and Ready. */
  readonly ready: Promise<void>
  /** Rejects when a part of the node has failed for good: a bug. Resolves after `stop`. */
  readonly done: Promise<void>
  /** Ends the agent. Containers run on, for the next agent to take over, unless `killPods`. */
  stop(options?: { killPods?: boolean }): Promise<void>
}

/** Starts a node: kubelet, service proxy and DNS over one client and one set of informers. */
export function startNode(config: NodeConfig, parts: NodeDependencies): RunningNode {
  const stop = new AbortController()
  const { signal } = stop
  const runtime = createRuntime(config, parts)
  let markReady: () => void = () => undefined
  const ready = new Promise<void>((resolve, reject) => {
    markReady = resolve
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
  })
  ready.catch(() => undefined)
  const done = runNode(config, parts, { runtime, stop, markReady })
  done.catch(() => undefined)
  return {
    ready,
    done,
    async stop({ killPods = false } = {}) {
      stop.abort(new Error('the node agent is stopped'))
      await done.catch(() => undefined)
      if (killPods) await killLeftovers(config, parts)
    },
  }
}

/** Kills whatever an agent that is gone has left running under a data folder. */
export async function killLeftovers(
  config: NodeConfig,
  parts: Omit<NodeDependencies, 'client' | 'serveKubelet'>,
): Promise<void> {
  if (config.runtime.kind !== 'process') return
  const runtime = createRuntime(config, parts)
  const pods = await runtime.start(() => undefined)
  await Promise.all(
    pods.flatMap(({ uid }) =>
      runtime
        .containers(uid)
        .map(({ id }) => runtime.stopContainer(id, { graceMs: KILL_GRACE_MS })),
    ),
  )
  await runtime.close()
}

const KILL_GRACE_MS = 2_000

async function runNode(
  config: NodeConfig,
  parts: NodeDependencies,
  { runtime, stop, markReady }: { runtime: Runtime; stop: AbortController; markReady: () => void },
): Promise<void> {
  const { signal } = stop
  const { client, clock, random, log } = parts
  const informers = createInformers({ client, clock, random, log })
  const shared = { ...parts, informers }
  const recorder = new QueuedEventRecorder({
    client,
    events,
    clock,
    random,
    log,
    component: 'kubelet',
    host: config.name,
  })
  let handler: HttpHandler = () => Promise.resolve({ status: 503, headers: {}, body: undefined })
  const server = await parts.serveKubelet((request) => handler(request))
  const keeper = new PortKeeper(parts)
  const keepPort = (wish: Parameters<PortKeeper['keep']>[0]) => keeper.keep(wish)
  const dnsParts = { ...shared, keepPort, events: recorder.as('dns') }
  const dns = config.dns && new Dns({ ...config.dns, nodeName: config.name }, dnsParts)
  const kubelet = createKubelet(
    config,
    { ...shared, runtime, events: recorder },
    { kubeletPort: server.port, clusterDns: dns?.serving ?? Promise.resolve(undefined) },
  )
  handler = kubelet.handler
  const running = [recorder.run({ signal }), kubelet.run({ signal })]
  if (config.proxy) {
    const addresses = [config.ip, ...(config.proxy.nodePortAddresses ?? ['127.0.0.1'])]
    const nodePortAddresses = [...new Set(addresses)]
    const node = { name: config.name, ip: config.ip, nodePortAddresses }
    const proxy = new Proxy(node, { ...shared, keeper, events: recorder.as('kube-proxy') })
    running.push(proxy.run({ signal }))
  }
  if (dns) running.push(dns.run({ signal }))
  running.push(informers.run({ signal }))
  try {
    await Promise.race([kubelet.start({ signal }).then(markReady), ...running])
    await Promise.all(running)
  } catch (error) {
    if (signal.aborted) return
    stop.abort(error)
    throw error
  } finally {
    keeper.close()
    await server.close()
    await Promise.allSettled(running)
  }
}

function createKubelet(
  config: NodeConfig,
  parts: ConstructorParameters<typeof Kubelet>[1],
  options: { kubeletPort: number; clusterDns: Dns['serving'] },
): Kubelet {
  const { kubeletPort, clusterDns } = options
  const { name, ip, capacity, labels, kubernetesVersion, apiServer, apiServerNames } = config
  const info = {
    ...config.info,
    containerRuntimeVersion: parts.runtime.version,
    kubeletVersion: kubernetesVersion,
    kubeProxyVersion: kubernetesVersion,
  }
  const node = { name, ip, kubeletPort, capacity, info, ...(labels && { labels }) }
  const servedPort = config.proxy && servedPorts(parts.net)
  const ownUid = config.runtime.kind === 'process' ? config.runtime.ownUid : undefined
  const named = { apiServer, apiServerNames, clusterDns, servedPort }
  const words = { baseEnv: config.hostEnv, ownUid, ...named }
  return new Kubelet({ node, ...words }, parts)
}

function createRuntime(
  config: NodeConfig,
  parts: Omit<NodeDependencies, 'client' | 'serveKubelet'>,
): Runtime {
  const { runtime, version, ip: nodeIp, dataFolder } = config
  if (runtime.kind === 'hollow') {
    return new HollowRuntime({ ...runtime, version, nodeIp }, { clock: parts.clock })
  }
  return new ProcessRuntime({ ...runtime, version, nodeIp, dataFolder }, parts)
}
