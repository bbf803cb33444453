import { allResources, metricsResources } from '../../../src/api/index.ts'
import type { HttpHandler, Log } from '../../../src/base/index.ts'
import { controllersCandidate, schedulerCandidate } from '../../../src/cmd/parts/candidates.ts'
import { localKv } from '../../../src/kv/local/index.ts'
import { createApiServer } from '../../../src/master/apiserver/index.ts'
import type { OpenStore } from '../../../src/store/index.ts'
import type { SeededRandom, SimClock, SimPorts } from '../../../src/sim/index.ts'
import { brokenApi, brokenKv, type ClusterBreak } from './breaks.ts'
import type { Server } from './http.ts'
import { latecomer } from './watches.ts'

/** Renewals are most of what an idle cluster does: half as many as a real one. */
const TIMES = { leaseDurationMs: 4000, renewDeadlineMs: 3000, retryPeriodMs: 1000 }

/** Kubelets renew every 10 s. */
const NODE_LIFECYCLE = { monitorPeriodMs: 2000, gracePeriodMs: 14_000, evictionIntervalMs: 1000 }

const AUTOSCALER_MS = 2000

/**
 * What runs on a master above its store member, as `cmd/master` composes it. Nothing is stopped: a
 * killed process does not clean up, and its timers end with it.
 */
export function startMaster(
  name: string,
  { store }: OpenStore,
  parts: {
    ports: SimPorts
    /** Of the world, for what is not of this process. */
    time: { clock: SimClock; random: SeededRandom }
    /** What the nodes' agents answer. */
    kubelet: HttpHandler
    /** Told of what controllers ask to be deleted. */
    onDeletion: (by: string, url: string) => void
    log: Log
    breaks: ClusterBreak | undefined
    onError: (error: unknown) => void
  },
): Server {
  const { ports, breaks, onError } = parts
  const { clock, random, lifetime } = ports
  const log = parts.log.child({ master: name })
  const api = createApiServer({
    kv: breaks ? brokenKv(localKv(store), breaks) : localKv(store),
    resources: [...allResources, ...metricsResources],
    clock,
    random: random.fork('api'),
    log,
    kubelet: () => parts.kubelet,
    serviceRange: '10.96.0.0/16',
  })
  const { signal } = new AbortController()
  const noted: HttpHandler = (request) => {
    const { method, url, headers } = request
    if (method === 'DELETE') parts.onDeletion(String(headers['user-agent']), url)
    return api.handler(request)
  }
  const toApi = latecomer(breaks ? brokenApi(noted, breaks) : noted, parts.time)
  const common = { name, api: toApi, clock, log, times: TIMES }
  const fail = (error: unknown) => {
    if (lifetime.alive) onError(error)
  }
  const work = async () => {
    await api.start({ signal })
    await Promise.all([
      controllersCandidate({
        ...common,
        random: random.fork('controllers'),
        nodeLifecycle: NODE_LIFECYCLE,
        autoscaler: { periodMs: AUTOSCALER_MS },
      }).run({ signal }),
      schedulerCandidate({ ...common, random: random.fork('scheduler') }).run({ signal }),
    ])
  }
  work().catch(fail)
  const identity = { commonName: 'simulation', organizations: ['system:masters'] }
  const handler: HttpHandler = (request) => api.handler({ ...request, identity })
  return { name, handler, lifetime }
}
