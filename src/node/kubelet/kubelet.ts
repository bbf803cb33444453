import type {
  Clock,
  Disk,
  GrpcDial,
  HttpHandler,
  Links,
  Log,
  Net,
  Random,
  UsageMeter,
} from '../../base/index.ts'
import { pods, services } from '../../api/index.ts'
import type { Client, EventRecorder, Informer, Informers } from '../../client/index.ts'
import type { Pod } from '../../api/index.ts'
import type { PodContext } from './context.ts'
import { NodeRegistrar } from './node-registrar.ts'
import type { NodeFacts } from './node-status.ts'
import { ObjectCache } from './object-cache.ts'
import { rejectionOf } from './pod-admission.ts'
import { type ClusterDns, PodNetworkFiles } from './pod-network-files.ts'
import { PodWorker } from './pod-worker.ts'
import type { PodView } from './pod-words.ts'
import type { PodIdentity, Runtime } from './runtime/types.ts'
import { Scope } from './scope.ts'
import { kubeletHandler } from './server.ts'
import { NodeMeter } from './stats/index.ts'
import { StatusWriter } from './status-writer.ts'
import { VolumeWriter } from './volume-writer.ts'

export interface KubeletConfig {
  readonly node: NodeFacts
  /** The agent's own user; 0 can start containers as others. */
  readonly ownUid?: number | undefined
  /** Environment that every container gets from the host: PATH. */
  readonly baseEnv: Readonly<Record<string, string>>
  readonly apiServer: { readonly host: string; readonly port: number } | undefined
  /** Where the node's proxy serves a Service's port; undefined: on the port itself. */
  readonly servedPort?: ((port: number) => Promise<number>) | undefined
  /** The cluster's DNS once it is served where resolvers ask: port 53. Undefined: it is not. */
  readonly clusterDns: Promise<ClusterDns | undefined>
  /** Common names of API servers' client certificates, which may read logs and run commands. */
  readonly apiServerNames: readonly string[]
}

export interface KubeletParts {
  readonly client: Client
  readonly informers: Informers
  readonly events: EventRecorder
  readonly runtime: Runtime
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly disk: Disk
  readonly links: Links
  readonly net: Net
  /** For probes. */
  readonly dialGrpc?: GrpcDial
  /** Default: nothing is measured. */
  readonly usage?: UsageMeter
}

/**
 * The kubelet: registers its node and runs the pods that are bound to it. Its containers outlive
 * it; a new kubelet over the same data folder takes them over.
 */
export class Kubelet {
  /** For the HTTPS server of the node. */
  readonly handler: HttpHandler
  readonly #config: KubeletConfig
  readonly #parts: KubeletParts
  readonly #registrar: NodeRegistrar
  readonly #meter: NodeMeter
  readonly #pods: Informer<Pod>
  readonly #workers = new Map<string, PodWorker>()
  readonly #running = new Set<Promise<void>>()

  constructor(config: KubeletConfig, parts: KubeletParts) {
    this.#config = config
    this.#parts = parts
    this.#registrar = new NodeRegistrar(config.node, parts)
    this.#pods = parts.informers.for(pods, { fieldSelector: `spec.nodeName=${config.node.name}` })
    this.#meter = new NodeMeter(parts)
    this.handler = kubeletHandler({
      ...parts,
      meter: this.#meter,
      nodeName: config.node.name,
      pods: () => this.#pods.list(),
      apiServerNames: config.apiServerNames,
    })
  }

  /** Registers the node; resolves when it is Ready. */
  async start({ signal }: { signal: AbortSignal }): Promise<void> {
    const { name } = this.#config.node
    // Upstream, too, gives events about nodes the name as their uid.
    const about = { kind: 'Node', apiVersion: 'v1', metadata: { name, uid: name } }
    const tell = (reason: string, message: string) =>
      this.#parts.events.event(about, { type: 'Normal', reason, message })
    tell('Starting', 'Starting kubelet.')
    await this.#registrar.register(signal)
    tell('NodeReady', `Node ${name} status is now: NodeReady`)
  }

  /** Runs pods until the signal; containers run on. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { runtime, informers } = this.#parts
    const context = this.#context(signal)
    const restored = await runtime.start((uid) => this.#workers.get(uid)?.poke())
    const registrar = this.#registrar.run(signal)
    const meter = context.scope.run((inner) => this.#meter.run({ signal: inner }))
    informers.for(services)
    try {
      await this.#pods.whenSynced({ signal })
      const remove = this.#pods.addHandler(({ old, now }) => this.#onChange(old, now, context))
      await this.#removeOrphans(restored)
      await registrar
      remove()
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      await Promise.all([registrar.catch(() => undefined), meter, ...this.#running])
      await runtime.close()
    }
  }

  #onChange(old: PodView | undefined, now: PodView | undefined, context: PodContext): void {
    if (old && old.metadata.uid !== now?.metadata.uid) {
      this.#workers.get(old.metadata.uid)?.vanish()
    }
    if (!now) return
    const worker = this.#workers.get(now.metadata.uid)
    if (worker) worker.update(now)
    else this.#startWorker(now, context)
  }

  #startWorker(pod: PodView, context: PodContext): void {
    const worker = new PodWorker(pod, context)
    const { uid } = pod.metadata
    // What has run here stays: it was admitted before.
    if (!pod.status?.startTime && !this.#parts.runtime.sandbox(uid)) {
      const node = this.#registrar.node
      const rejection = node && rejectionOf(pod, this.#othersThan(uid), node)
      if (rejection) worker.reject(rejection)
    }
    this.#workers.set(uid, worker)
    const life = context.scope.run((signal) => worker.run(signal))
    const running: Promise<void> = life.finally(() => {
      this.#running.delete(running)
      if (this.#workers.get(uid) === worker) this.#workers.delete(uid)
    })
    this.#running.add(running)
  }

  #othersThan(uid: string): PodView[] {
    const others = [...this.#workers.values()].filter((worker) => worker.uid !== uid)
    return others.filter((worker) => worker.isActive).map((worker) => worker.allocated)
  }

  /** Pods of an earlier agent that the API no longer has. */
  async #removeOrphans(restored: readonly PodIdentity[]): Promise<void> {
    const orphans = restored.filter((pod) => !this.#workers.has(pod.uid))
    const { log, runtime } = this.#parts
    for (const { uid, namespace, name } of orphans) {
      log.info('removing a pod that the API no longer has', { namespace, pod: name })
      await runtime.removeSandbox(uid).catch((error: unknown) => {
        log.warn('a pod could not be removed', { namespace, pod: name, error })
      })
    }
  }

  #context(signal: AbortSignal): PodContext {
    const { node, baseEnv, apiServer, servedPort, ownUid } = this.#config
    const parts = this.#parts
    const allServices = parts.informers.for(services)
    return {
      ...parts,
      nodeName: node.name,
      nodeIp: node.ip,
      ownUid,
      allocatable: node.allocatable ?? node.capacity,
      baseEnv,
      apiServer,
      servedPort: servedPort ?? ((port) => Promise.resolve(port)),
      scope: new Scope(signal),
      others: (uid) => this.#othersThan(uid),
      objects: new ObjectCache(parts),
      volumes: new VolumeWriter(parts),
      networkFiles: new PodNetworkFiles({ disk: parts.disk, dns: this.#config.clusterDns }),
      statuses: new StatusWriter({ ...parts, signal }),
      services: async (inner) => {
        await allServices.whenSynced({ signal: inner })
        return [...allServices.list()]
      },
    }
  }
}
