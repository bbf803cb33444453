import { hasReason, type HttpHandler, silentLog } from '../../../src/base/index.ts'
import {
  allResources,
  type Deployment,
  deployments,
  isPodReady,
  type Pod,
  pods,
  type ReplicaSet,
  replicaSets,
  type Stored,
} from '../../../src/api/index.ts'
import {
  type Client,
  createClient,
  createInformers,
  type Informer,
  type Informers,
} from '../../../src/client/index.ts'
import { createMemoryKv } from '../../../src/kv/index.ts'
import { createApiServer } from '../../../src/master/apiserver/index.ts'
import {
  type ControllersOptions,
  type RunningControllers,
  startControllers,
} from '../../../src/master/controllers/index.ts'
import { systemClock, systemRandom } from '../../../src/platform/index.ts'

const ADMIN = { commonName: 'admin', organizations: ['system:masters'] }

export interface Write {
  readonly method: string
  readonly path: string
}

/** An API server over memory with all controllers, and a kubelet that makes pods ready at once. */
export class TestCluster {
  readonly client: Client
  readonly informers: Informers
  /** Writes of the controllers alone, events left out. */
  readonly writes: Write[] = []
  readonly kubelet: FakeKubelet
  /** APIs of others, by how their paths begin: what they answer. */
  readonly others = new Map<string, (url: string) => object>()
  readonly #stop = new AbortController()
  readonly #ended: Promise<unknown>[] = []
  readonly #server
  readonly #kv
  readonly #options: Partial<ControllersOptions>
  #controllers: RunningControllers | undefined
  #stopControllers = new AbortController()

  private constructor(options: Partial<ControllersOptions>) {
    this.#options = options
    this.#kv = createMemoryKv({ clock: systemClock })
    const log = silentLog
    const common = { clock: systemClock, random: systemRandom(), log }
    this.#server = createApiServer({
      kv: this.#kv,
      resources: allResources,
      kubelet: { fetch: () => Promise.reject(new Error('there is no kubelet')) } as never,
      serviceRange: '10.96.0.0/16',
      ...common,
    })
    const admin: HttpHandler = (request) => this.#server.handler({ ...request, identity: ADMIN })
    this.client = createClient({ transport: admin, ...common })
    this.informers = createInformers({ client: this.client, ...common })
    this.kubelet = new FakeKubelet(this.client, this.informers.for(pods))
  }

  static async start(options: Partial<ControllersOptions> = {}): Promise<TestCluster> {
    const cluster = new TestCluster(options)
    await cluster.#server.start({ signal: cluster.#stop.signal })
    cluster.#ended.push(cluster.informers.run({ signal: cluster.#stop.signal }))
    cluster.startControllers()
    return cluster
  }

  startControllers(): void {
    const log = silentLog
    const common = { clock: systemClock, random: systemRandom(), log }
    const clientOf = (commonName: string) => {
      const transport: HttpHandler = (request) => {
        const path = request.url.split('?')[0] ?? ''
        for (const [start, answer] of this.others) {
          if (!path.startsWith(start)) continue
          const body = Buffer.from(JSON.stringify(answer(request.url)))
          const headers = { 'content-type': 'application/json' }
          return Promise.resolve({ status: 200, headers, body })
        }
        if (request.method !== 'GET' && !path.includes('/events')) {
          this.writes.push({ method: request.method, path })
        }
        return this.#server.handler({ ...request, identity: { commonName, organizations: [] } })
      }
      return createClient({ transport, ...common })
    }
    const client = clientOf('system:kube-controller-manager')
    const clientAs = (account: string) => clientOf(`system:serviceaccount:kube-system:${account}`)
    this.#stopControllers = new AbortController()
    this.#controllers = startControllers(
      {
        client,
        clientAs,
        informers: this.informers,
        resources: allResources,
        ...common,
        ...this.#options,
      },
      { signal: this.#stopControllers.signal },
    )
  }

  async stopControllers(): Promise<void> {
    this.#stopControllers.abort()
    await this.#controllers?.ended
  }

  async stop(): Promise<void> {
    await this.stopControllers()
    this.kubelet.stop()
    this.#stop.abort()
    await Promise.allSettled(this.#ended)
    await this.#server.stop()
    await this.#kv.close()
  }

  metrics() {
    return this.#controllers?.metrics() ?? []
  }

  /** Waits until the controllers have written nothing for a while. */
  async quiet(quietMs = 150): Promise<void> {
    for (let seen = -1; seen !== this.writes.length; ) {
      seen = this.writes.length
      await new Promise((resolve) => setTimeout(resolve, quietMs))
    }
  }

  deployment(name: string, namespace = 'default'): Promise<Stored<Deployment>> {
    return this.client.for(deployments).get({ name, namespace })
  }

  async setsOf(name: string, namespace = 'default'): Promise<Stored<ReplicaSet>[]> {
    const list = await this.client.for(replicaSets).list({ namespace })
    return list.items.filter((set) => set.metadata.ownerReferences?.[0]?.name === name)
  }

  async rolledOut(name: string, namespace = 'default'): Promise<Stored<Deployment>> {
    let deployment = await this.deployment(name, namespace)
    await eventually(`${name} is rolled out`, async () => {
      deployment = await this.deployment(name, namespace)
      const { spec, status, metadata } = deployment
      return (
        status.observedGeneration === metadata.generation &&
        status.updatedReplicas === spec.replicas &&
        status.replicas === spec.replicas &&
        status.availableReplicas === spec.replicas
      )
    })
    return deployment
  }
}

/** Makes pods ready, and lets those go that are being deleted. */
export class FakeKubelet {
  /** Pods whose image is in here never become ready. */
  readonly broken = new Set<string>()
  paused = false
  readonly #client: Client
  readonly #pods: Informer<Pod>
  readonly #busy = new Set<string>()
  readonly #leave: () => void
  #ips = 0

  constructor(client: Client, informer: Informer<Pod>) {
    this.#client = client
    this.#pods = informer
    this.#leave = informer.addHandler(({ now }) => {
      if (now) void this.#care(now.metadata.namespace, now.metadata.name)
    })
  }

  stop(): void {
    this.#leave()
  }

  /** After `paused` or `broken` changed. */
  careForAll(): void {
    for (const { metadata } of this.#pods.list()) void this.#care(metadata.namespace, metadata.name)
  }

  async #care(namespace: string, name: string): Promise<void> {
    const key = `${namespace}/${name}`
    if (this.#busy.has(key) || this.paused) return
    this.#busy.add(key)
    try {
      const pod = await this.#client.for(pods).get({ namespace, name })
      await this.#sync(pod)
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error
    } finally {
      this.#busy.delete(key)
    }
  }

  async #sync(pod: Stored<Pod>): Promise<void> {
    const { name, namespace, uid, deletionTimestamp } = pod.metadata
    if (deletionTimestamp !== undefined) {
      const body = { gracePeriodSeconds: 0, preconditions: { uid } }
      await this.#client.for(pods).delete({ name, namespace }, body)
      return
    }
    const image = pod.spec.containers[0]?.image ?? ''
    if (this.broken.has(image) || isPodReady(pod)) return
    const podIP = pod.status.podIP ?? `10.0.0.${++this.#ips}`
    const lastTransitionTime = new Date().toISOString().replace(/\.\d+Z/, 'Z')
    const ready = { type: 'Ready', status: 'True', lastTransitionTime }
    const status = { ...pod.status, phase: 'Running', podIP, podIPs: [{ ip: podIP }] }
    await this.#client
      .for(pods)
      .updateStatus({ ...pod, status: { ...status, conditions: [ready] } })
  }
}

/** Waits for an asynchronous condition, and says which when it never comes. */
export async function eventually(
  what: string,
  holds: () => Promise<unknown>,
  timeoutMs = 15_000,
): Promise<void> {
  const startMs = Date.now()
  while (!(await holds())) {
    if (Date.now() - startMs > timeoutMs) throw new Error(`timed out waiting until ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

export async function isGone(get: Promise<unknown>): Promise<boolean> {
  try {
    await get
    return false
  } catch (error) {
    if (hasReason(error, 'NotFound')) return true
    throw error
  }
}

export function deploymentNamed(
  name: string,
  more: {
    namespace?: string
    image?: string
    spec?: object
    annotations?: Record<string, string>
  } = {},
): Deployment {
  const { namespace = 'default', image = 'web:1', spec, annotations } = more
  const labels = { app: name }
  return {
    metadata: { name, namespace, ...(annotations && { annotations }) },
    spec: {
      replicas: 3,
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: { containers: [{ name: 'web', image }] },
      },
      ...spec,
    },
    status: {},
  } as Deployment
}
