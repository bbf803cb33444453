import type { Clock, HttpHandler, HttpsCall, Log, Random } from '../../base/index.ts'
import { withTimeout } from '../../base/index.ts'
import type { Resource } from '../../api/index.ts'
import type { Kv } from '../../kv/index.ts'
import { admissionChain, lookupIn, PLUGINS, withRequester } from './admission/index.ts'
import {
  aggregationRoute,
  Availability,
  type AvailabilityOptions,
  CustomServices,
  ForeignApis,
  foreignOpenApi,
  ServedView,
} from './aggregation/index.ts'
import { Audit, type AuditOptions } from './audit/index.ts'
import { withEscalationCheck } from './authz/escalation.ts'
import { issuerDiscoveryRoute } from './authn/issuer-discovery.ts'
import { Background, type StartOptions } from './background.ts'
import type { Advertised } from './bootstrap/kubernetes-service.ts'
import { Catalog } from './catalog.ts'
import { customServer } from './custom/index.ts'
import type { AdmissionConfig } from './configuration/index.ts'
import type { EncryptionRule } from './encryption/index.ts'
import { Fairness, fairnessDumps } from './fairness/index.ts'
import type { Followed } from './followed.ts'
import { createHandler, type Route } from './handler.ts'
import { discoveryRoute } from './discovery.ts'
import { type HealthChecks, healthPaths, healthRoute } from './health.ts'
import { REGISTRY } from './keys.ts'
import { addStores } from './make-stores.ts'
import { metricsRoute, RequestMetrics } from './metrics.ts'
import { openApiRoute } from './openapi.ts'
import { resourceRoute, Stores } from './resource-route.ts'
import { replyText } from './respond.ts'
import { reviewRouter } from './reviews/index.ts'
import { createSecurity, type SecurityOptions } from './security.ts'
import { serviceResources } from './services/service-hooks.ts'
import { allSubresources, firstOf, type KubeletClient } from './subresources/index.ts'
import {
  createTracer,
  tracedAdmission,
  tracedCall,
  tracedKv,
  type TracingOptions,
  UNTRACED,
} from './tracing/index.ts'
import { versionRoute } from './version.ts'
import { virtualResources } from './virtual/index.ts'
import { ServiceTargets, WebhookCaller } from './webhooks/index.ts'

export interface ApiServerOptions {
  readonly kv: Kv
  /** With `metricsResources` the agents' measurements are served, as by metrics-server. */
  readonly resources: readonly Resource[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Reaches the agents of nodes, for logs, commands and measurements. */
  readonly kubelet: KubeletClient
  /** IPv4 block of the services' addresses, such as `10.96.0.0/16`. The same on every master. */
  readonly serviceRange: string
  /** Where pods reach this master through the Service `kubernetes`. Absent: it is not kept. */
  readonly advertise?: Advertised
  /** Default: client certificates and bootstrap tokens, judged by the node authorizer and RBAC. */
  readonly security?: SecurityOptions
  /** How webhooks and extension API servers are reached. Default: not at all. */
  readonly outbound?: HttpsCall
  /** What proves to extension API servers that we speak for users, PEM. Default: nothing. */
  readonly proxyClient?: { readonly certPem: string; readonly keyPem: string }
  /** Default: nobody is told of requests. */
  readonly tracing?: TracingOptions
  /** Default: nothing is noted. */
  readonly audit?: AuditOptions
  /** Default: 600 requests at once. */
  readonly fairness?: { readonly seats: number }
  /** Which resources are sealed in the store, and with what keys. The same on every master. */
  readonly encryption?: Followed<readonly EncryptionRule[]>
  /** Names as in kube-apiserver, beside those that are on by default. Default: none. */
  readonly enabledAdmission?: readonly string[]
  /** Names as in kube-apiserver: `ServiceAccount`. Default: none. */
  readonly disabledAdmission?: readonly string[]
  /** What plugins are told. Default: nothing. */
  readonly admissionConfig?: AdmissionConfig
  /**
   * Whether pods get a volume with their service account's token and the cluster's authority, as in
   * every Kubernetes; needs somebody who publishes `kube-root-ca.crt`. Default: no.
   */
  readonly mountTokens?: boolean
}

const HEALTH_TIMEOUT_MS = 2_000

export interface ApiServer {
  /** Answers every request; before `start` with 429, or as the store allows. */
  readonly handler: HttpHandler
  /** Resolves when the server is ready; throws the signal's reason when that comes first. */
  start(options: StartOptions): Promise<void>
  /** Ends all watches and loops. */
  stop(): Promise<void>
}

/** A Kubernetes API server over any store: stateless, as many at once as one likes. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  const { clock, random, log, kubelet } = options
  const stores = new Stores()
  const core = (plural: string) => stores.find({ group: '', version: 'v1', plural })
  const budgets = () =>
    stores.find({ group: 'policy', version: 'v1', plural: 'poddisruptionbudgets' })
  const lookup = lookupIn((of) => stores.findAny(of), stores)
  const { tracer, kv, outbound } = observed(options)
  const security = createSecurity(options.security ?? {}, { lookup, clock, outbound })
  const { authentication, authorizer, graph } = security
  const targets = new ServiceTargets({ lookup, random })
  const webhooks = outbound && new WebhookCaller({ call: outbound, targets, clock })
  const config = options.admissionConfig ?? {}
  const base = { lookup, clock, random, log, kv, authorizer, config }
  const mountTokens = options.mountTokens ?? false
  const context = { ...base, mountTokens, ...(webhooks && { webhooks }) }
  const plugins = admissionChain(context, PLUGINS, {
    enabled: options.enabledAdmission ?? [],
    disabled: options.disabledAdmission ?? [],
  })
  const admission = tracedAdmission(withEscalationCheck(withRequester(plugins), security), tracer)
  const services = serviceResources({ kv, random, range: options.serviceRange })
  const parts = { kv, clock, random, log, admission, services, encryption: options.encryption }
  const caches = addStores(options.resources, { ...parts, stores })
  const catalog = new Catalog(options.resources)
  const custom = customServer({ ...parts, stores, catalog, webhooks })
  const { advertise } = options
  const aggregation = { lookup, targets, client: options.proxyClient }
  const { served, ...followed } = apisOf({ ...aggregation, call: outbound, clock, catalog })
  const found = { services, ...followed }
  const kept = { stores, builtIn: options.resources, caches, custom, ...found }
  const own = { kv, clock, random, log, advertise, graph, authentication: options.security ?? {} }
  const background = new Background({ ...kept, ...own })
  const requests = new RequestMetrics()
  const leases = stores.find({ group: 'coordination.k8s.io', version: 'v1', plural: 'leases' })
  const { issuer } = security
  const special = firstOf(
    reviewRouter(security),
    virtualResources(options.resources, { core, leases, kv, clock, kubelet }),
    allSubresources({ core, budgets, kubelet, issuer, random, lookup, call: outbound }),
  )
  const audit = options.audit && new Audit(options.audit, { clock })
  const fairness = new Fairness({ lookup, clock, ...options.fairness })
  const handler = createHandler({
    ...(audit && { audit }),
    authentication,
    authorizer,
    fairness,
    routes: [
      ...(outbound ? extensionRoutes({ ...aggregation, call: outbound }) : []),
      resourceRoute({ stores, clock, special, tracer }),
      versionRoute,
      issuerDiscoveryRoute({ issuer: issuer?.issuer, keys: security.keys, advertise }),
      metricsRoute(requests, stores),
      fairnessDumps(fairness),
      openApiRoute(() => served.current()),
      ...rootRoutes(healthChecks(options, background), () => served.current()),
      () => Promise.resolve(replyText(404, '404 page not found\n')),
    ],
    clock,
    random,
    log,
    tracer,
    onAnswered: (info, code) => requests.count(info, code),
  })
  const flush = () => Promise.all([tracer.flush(), audit?.close()])
  const stop = () => background.stop().then(async () => void (await flush()))
  return { handler, start: (of) => background.start(of), stop }
}

/** The ways out of the server, with a tracer that sees what goes them. */
function observed(options: ApiServerOptions) {
  const tracer = options.tracing ? createTracer(options.tracing, options) : UNTRACED
  const kv = tracedKv(options.kv, tracer)
  return { tracer, kv, outbound: tracedCall(options.outbound, tracer) }
}

/** Which APIs there are, here and elsewhere, and what is known of the latter. */
function apisOf({ catalog, ...of }: Omit<AvailabilityOptions, 'foreign'> & { catalog: Catalog }) {
  const foreign = new ForeignApis(of)
  return {
    availability: new Availability({ ...of, foreign }),
    served: new ServedView({ catalog, lookup: of.lookup, foreign }),
    customServices: new CustomServices(of.lookup),
  }
}

function extensionRoutes(options: Parameters<typeof aggregationRoute>[0]): Route[] {
  return [aggregationRoute(options), foreignOpenApi(options)]
}

/** Health, and discovery from the root on, which lists the paths of both. */
function rootRoutes(checks: HealthChecks, current: Parameters<typeof discoveryRoute>[0]): Route[] {
  return [healthRoute(checks), discoveryRoute(current, healthPaths(checks))]
}

function healthChecks(options: ApiServerOptions, background: Background): HealthChecks {
  const { kv, clock } = options
  const must = (condition: boolean, why: string) => {
    if (!condition) throw new Error(why)
  }
  const ping = { name: 'ping', check: () => {} }
  const logs = { name: 'log', check: () => {} }
  const store = {
    name: 'etcd',
    async check({ signal }: { signal: AbortSignal }) {
      const late = () => new Error('the store did not answer in time')
      const read = (limited: AbortSignal) => kv.get(`${REGISTRY}/health`, { signal: limited })
      await withTimeout(clock, HEALTH_TIMEOUT_MS, late, read, { signal })
    },
  }
  const synced = {
    name: 'informer-sync',
    check: () => must(background.synced, 'caches have not had their first list'),
  }
  const hooks = background.hooks.checks()
  const shutdown = {
    name: 'shutdown',
    check: () => must(!background.stopping, 'the server is stopping'),
  }
  return {
    healthz: [ping, logs, store, ...hooks],
    livez: [ping, logs, store, ...hooks],
    readyz: [ping, logs, store, { ...store, name: 'etcd-readiness' }, synced, ...hooks, shutdown],
  }
}
