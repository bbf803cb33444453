import { type Clock, type Log, type Random, sleep } from '../../base/index.ts'
import type { Resource } from '../../api/index.ts'
import type { Kv } from '../../kv/index.ts'
import { type Availability, type CustomServices, ensureLocalServices } from './aggregation/index.ts'
import {
  type AuthenticationInfo,
  ensureAuthenticationInfo,
} from './bootstrap/authentication-info.ts'
import { Compaction } from './bootstrap/compaction.ts'
import { IdentityLease } from './bootstrap/identity-lease.ts'
import { type Advertised, KubernetesService } from './bootstrap/kubernetes-service.ts'
import type { NodeGraph } from './authz/node-graph.ts'
import { ensureFlowControl } from './bootstrap/flow-control.ts'
import { repeat } from './bootstrap/loop.ts'
import { ensureNamespaces } from './bootstrap/namespaces.ts'
import { ensurePriorityClasses } from './bootstrap/priority-classes.ts'
import type { WatchCache } from './cache/watch-cache.ts'
import type { CustomServer } from './custom/index.ts'
import { ensureRbac } from './bootstrap/rbac.ts'
import type { Store } from './registry/store.ts'
import { StartHooks, type StartStep } from './start-hooks.ts'
import type { Stores } from './resource-route.ts'
import { ServiceRepair } from './services/repair.ts'
import type { ServiceResources } from './services/service-hooks.ts'

const COMPACTION_MS = 5 * 60_000
const REPAIR_MS = 3 * 60_000
const ENDPOINTS_MS = 5_000
const IDENTITY_MS = 60_000
const AVAILABILITY_MS = 500
const RETRY_MS = 100
/** How long a first list may take before it is waited for again. */
const SYNC_MS = 60_000
const LEAVE_TIMEOUT_MS = 1_000
const FLOW_GROUP = 'flowcontrol.apiserver.k8s.io'
const RBAC_GROUP = 'rbac.authorization.k8s.io'

export interface BackgroundOptions {
  readonly availability: Availability
  readonly customServices: CustomServices
  readonly stores: Stores
  readonly builtIn: readonly Resource[]
  readonly caches: readonly WatchCache[]
  /** Absent where there are no definitions. */
  readonly custom: CustomServer | undefined
  readonly services: ServiceResources
  readonly kv: Kv
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly advertise: Advertised | undefined
  readonly graph: NodeGraph
  readonly authentication: AuthenticationInfo
}

export interface StartOptions {
  readonly signal: AbortSignal
  /**
   * Told when requests can be served: on a new cluster somewhat before the server is ready, which
   * needs the roles and other objects that every cluster has.
   */
  readonly onServing?: () => void
}

/** What a server does beside answering: its caches and its housekeeping. */
export class Background {
  readonly #options: BackgroundOptions
  // Each loop has a signal of its own: one with many listeners would warn of a leak.
  readonly #loops: AbortController[] = []
  readonly #running: Promise<unknown>[] = []
  readonly #kubernetes: KubernetesService | undefined
  readonly hooks = new StartHooks()
  #stopping = false

  constructor(options: BackgroundOptions) {
    this.#options = options
    this.#kubernetes = this.#kubernetesService()
  }

  get stopping(): boolean {
    return this.#stopping
  }

  get synced(): boolean {
    const { caches, custom } = this.#options
    return caches.every((cache) => cache.synced) && custom?.synced !== false
  }

  /** Resolves when the server is ready; throws the signal's reason when that comes first. */
  async start({ signal, onServing }: StartOptions): Promise<void> {
    const { caches, custom, kv, clock, services, log } = this.#options
    signal.addEventListener('abort', () => void this.stop(), { once: true })
    for (const cache of caches) this.#run((options) => cache.run(options))
    for (const cache of caches) await this.#synced(cache, signal)
    this.hooks.done('caches')
    if (custom) {
      custom.begin()
      this.#run((options) => custom.run(options))
    }
    this.hooks.done('custom resources')
    this.#run((options) => this.#options.graph.run(options))
    await this.#insist(signal, (options) => this.#makeNamespaces(options))
    this.hooks.done('namespaces')
    onServing?.()
    await this.#insist(signal, (options) => this.#makeOwnObjects(options))
    const compaction = new Compaction({ kv, clock })
    this.#repeat('compaction', COMPACTION_MS, (options) => compaction.pass(options))
    const { availability, customServices } = this.#options
    this.#repeat('availability', AVAILABILITY_MS, (options) => availability.pass(options))
    this.#repeat('registration', AVAILABILITY_MS, (options) => customServices.pass(options))
    const store = this.#core('services')
    if (store) {
      const repair = new ServiceRepair(services, { services: store, log })
      this.#repeat('service repair', REPAIR_MS, () => repair.pass())
    }
    const kubernetes = this.#kubernetes
    if (kubernetes) {
      this.#repeat('kubernetes service', ENDPOINTS_MS, (options) => kubernetes.pass(options))
    }
    const identity = this.#identityLease()
    if (identity) {
      this.#repeat('identity lease', IDENTITY_MS, (options) => identity.pass(options))
    }
    this.hooks.done('loops')
  }

  async stop(): Promise<void> {
    if (!this.#stopping) {
      this.#stopping = true
      await this.#leave()
      for (const loop of this.#loops) loop.abort()
    }
    await Promise.allSettled(this.#running)
  }

  #core(plural: string): Store | undefined {
    return this.#options.stores.find({ group: '', version: 'v1', plural })
  }

  #kubernetesService(): KubernetesService | undefined {
    const { advertise, stores, kv, clock } = this.#options
    const services = this.#core('services')
    const endpoints = this.#core('endpoints')
    const at = { group: 'discovery.k8s.io', version: 'v1', plural: 'endpointslices' }
    const slices = stores.find(at)
    if (!advertise || !services || !endpoints || !slices) return undefined
    const clusterIp = this.#options.services.range.at(0)
    return new KubernetesService({ kv, clock, services, endpoints, slices, advertise, clusterIp })
  }

  #identityLease(): IdentityLease | undefined {
    const { advertise, stores, clock, random } = this.#options
    const leases = stores.find({ group: 'coordination.k8s.io', version: 'v1', plural: 'leases' })
    return advertise && leases && new IdentityLease({ advertise, leases, clock, random })
  }

  #run(work: (options: { signal: AbortSignal }) => Promise<void>): void {
    const loop = new AbortController()
    this.#loops.push(loop)
    this.#running.push(work({ signal: loop.signal }))
  }

  #repeat(
    name: string,
    periodMs: number,
    work: (options: { signal: AbortSignal }) => Promise<unknown>,
  ): void {
    const { clock, log } = this.#options
    this.#run((options) => repeat({ name, periodMs, clock, log }, () => work(options), options))
  }

  async #synced(cache: WatchCache, signal: AbortSignal): Promise<void> {
    while (!cache.synced) {
      signal.throwIfAborted()
      await cache.waitFor(0, { timeoutMs: SYNC_MS, signal }).catch(() => undefined)
    }
  }

  async #makeNamespaces(options: { signal: AbortSignal }): Promise<void> {
    const namespaces = this.#core('namespaces')
    if (namespaces) await ensureNamespaces(namespaces, options)
  }

  // Roles, priority classes and the like that every cluster has.
  async #makeOwnObjects(options: { signal: AbortSignal }): Promise<void> {
    const { stores } = this.#options
    const classes = stores.findAny({ group: 'scheduling.k8s.io', plural: 'priorityclasses' })
    const rbac = (plural: string) => stores.findAny({ group: RBAC_GROUP, plural })
    const flow = (plural: string) => stores.findAny({ group: FLOW_GROUP, plural })
    const metrics = stores.isKnownKind('metrics.k8s.io/v1beta1', 'PodMetrics')
    const api = stores.findAny({ group: 'apiregistration.k8s.io', plural: 'apiservices' })
    const served = this.#options.builtIn
    const configMaps = this.#core('configmaps')
    const { authentication, clock } = this.#options
    const nowMs = clock.nowMs()
    const steps: readonly (readonly [StartStep, Promise<void> | undefined])[] = [
      ['priority classes', classes && ensurePriorityClasses(classes, options)],
      [
        'authentication info',
        configMaps && ensureAuthenticationInfo(configMaps, authentication, { ...options, nowMs }),
      ],
      ['roles', ensureRbac(rbac, { ...options, metrics })],
      ['flow control', ensureFlowControl(flow, options)],
      ['API services', api && ensureLocalServices(api, served, options)],
    ]
    const doStep = async ([step, work]: (typeof steps)[number]) => {
      await work
      this.hooks.done(step)
    }
    await Promise.all(steps.map(doStep))
  }

  /** Again and again until it is done: the store may be without a leader when a server starts. */
  async #insist(
    signal: AbortSignal,
    work: (options: { signal: AbortSignal }) => Promise<void>,
  ): Promise<void> {
    for (;;) {
      try {
        return await work({ signal })
      } catch (error) {
        signal.throwIfAborted()
        const fields = { error: String(error) }
        this.#options.log.warn('the objects that every cluster has cannot be made yet', fields)
        await sleep(this.#options.clock, RETRY_MS, { signal })
      }
    }
  }

  // Best effort: without a store the lease ends by itself.
  async #leave(): Promise<void> {
    if (!this.#kubernetes) return
    const { clock } = this.#options
    const limit = sleep(clock, LEAVE_TIMEOUT_MS)
    await Promise.race([this.#kubernetes.leave().catch(() => undefined), limit])
  }
}
