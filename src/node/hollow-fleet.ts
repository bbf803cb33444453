import type { Clock, Disk, HttpHandler, Links, Log, Net, Random } from '../base/index.ts'
import { type NodeSystemInfo } from '../api/index.ts'
import { type Client, createInformers, SplitInformers } from '../client/index.ts'
import { HollowRuntime, Kubelet } from './kubelet/index.ts'
import type { RunningNode } from './node.ts'

export interface HollowFleetConfig {
  /** The nodes' names, such as `hollow-1`. */
  readonly names: readonly string[]
  /** All of them are at one address, and share one server. */
  readonly ip: string
  readonly version: string
  /** What each node has. Quantities: `{ cpu: '32', memory: '256Gi', pods: '110' }`. */
  readonly capacity: Readonly<Record<string, string>>
  /** As of a node that is not hollow. */
  readonly info: Omit<
    NodeSystemInfo,
    'containerRuntimeVersion' | 'kubeletVersion' | 'kubeProxyVersion'
  >
  readonly kubernetesVersion: string
  /** Labels of the node with this index, such as its zone. */
  readonly labels: (index: number) => Readonly<Record<string, string>>
  readonly apiServerNames: readonly string[]
  /** How long a container takes to start. */
  readonly startLatencyMs: number
}

export interface HollowFleetParts {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly disk: Disk
  readonly links: Links
  readonly net: Net
  /** Serves the kubelets over HTTPS, and says on which port. */
  serveKubelet(handler: HttpHandler): Promise<{ readonly port: number; close(): Promise<void> }>
}

/** Nodes that register at the same time. */
const REGISTERING_MAX = 32
const NO_EVENTS = { event: () => undefined }

/**
 * Thousands of nodes in one process: kubelets as on any other node, with leases, statuses and pod
 * lifecycles of their own, over a runtime whose containers do nothing. They share their watches, so
 * that a master sees one client. Events of hollow nodes and their pods are not recorded.
 */
export function startHollowFleet(config: HollowFleetConfig, parts: HollowFleetParts): RunningNode {
  const stop = new AbortController()
  let markReady: () => void = () => undefined
  const ready = new Promise<void>((resolve, reject) => {
    markReady = resolve
    stop.signal.addEventListener('abort', () => reject(stop.signal.reason), { once: true })
  })
  ready.catch(() => undefined)
  const done = runFleet(config, parts, { stop, markReady })
  done.catch(() => undefined)
  return {
    ready,
    done,
    async stop() {
      stop.abort(new Error('the hollow nodes are stopped'))
      await done.catch(() => undefined)
    },
  }
}

async function runFleet(
  config: HollowFleetConfig,
  parts: HollowFleetParts,
  { stop, markReady }: { stop: AbortController; markReady: () => void },
): Promise<void> {
  const { signal } = stop
  const shared = createInformers(parts)
  const informers = new SplitInformers(shared)
  const server = await parts.serveKubelet(answerHollow)
  const kubelets = config.names.map((name, index) =>
    createKubelet(config, { ...parts, informers }, { name, index, port: server.port }),
  )
  const running: Promise<void>[] = [shared.run({ signal })]
  let onFailed: (error: unknown) => void = () => undefined
  const failed = new Promise<never>((_, reject) => {
    onFailed = reject
  })
  const begin = (kubelet: Kubelet) => running.push(kubelet.run({ signal }).catch(onFailed))
  try {
    await Promise.race([registerAll(kubelets, { signal }, begin).then(markReady), failed])
    await Promise.race([Promise.all(running), failed])
  } catch (error) {
    if (signal.aborted) return
    stop.abort(error)
    throw error
  } finally {
    await server.close()
    await Promise.allSettled(running)
  }
}

/** Registers the nodes in their order, some at a time; each begins to work when it is there. */
async function registerAll(
  kubelets: readonly Kubelet[],
  { signal }: { signal: AbortSignal },
  begin: (kubelet: Kubelet) => void,
): Promise<void> {
  let next = 0
  const registerSome = async () => {
    for (let kubelet = kubelets[next++]; kubelet; kubelet = kubelets[next++]) {
      await kubelet.start({ signal })
      begin(kubelet)
    }
  }
  await Promise.all(Array.from({ length: REGISTERING_MAX }, registerSome))
}

function createKubelet(
  config: HollowFleetConfig,
  parts: Omit<ConstructorParameters<typeof Kubelet>[1], 'runtime' | 'events'>,
  { name, index, port }: { name: string; index: number; port: number },
): Kubelet {
  const { ip, version, startLatencyMs, capacity, kubernetesVersion } = config
  const runtime = new HollowRuntime(
    { version, podCidr: podCidr(index), nodeIp: ip, startLatencyMs },
    parts,
  )
  const info = {
    ...config.info,
    containerRuntimeVersion: runtime.version,
    kubeletVersion: kubernetesVersion,
    kubeProxyVersion: kubernetesVersion,
  }
  const labels = config.labels(index)
  const node = { name, ip, kubeletPort: port, capacity, info, labels }
  return new Kubelet(
    {
      node,
      baseEnv: {},
      apiServer: undefined,
      clusterDns: Promise.resolve(undefined),
      apiServerNames: config.apiServerNames,
    },
    { ...parts, runtime, events: NO_EVENTS },
  )
}

/** A /24 for each node out of 10.128.0.0/9. */
function podCidr(index: number): string {
  return `10.${128 + ((index >> 8) & 127)}.${index & 255}.0/24`
}

const JSON_TYPE = { 'content-type': 'application/json' }
const TEXT = { 'content-type': 'text/plain; charset=utf-8' }

/** Hollow pods have nothing to show; whoever asks is told so, as the API server hands it on. */
const answerHollow: HttpHandler = ({ url }) => {
  const [, first = '', , pod = ''] = url.split(/[/?]/)
  if (url === '/healthz') return answered(200, TEXT, 'ok')
  const message = `pod "${decodeURIComponent(pod)}" is hollow: no process runs in it`
  if (first === 'containerLogs') return answered(400, TEXT, `${message}, and it has no logs`)
  if (['exec', 'attach', 'portForward'].includes(first)) {
    const status = { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure' }
    const failure = { ...status, message, reason: 'BadRequest', code: 400 }
    return answered(400, JSON_TYPE, JSON.stringify(failure))
  }
  return answered(404, TEXT, '404 page not found')
}

function answered(status: number, headers: Record<string, string>, body: string) {
  return Promise.resolve({ status, headers, body: Buffer.from(body) })
}
