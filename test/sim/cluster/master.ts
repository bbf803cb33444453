import { allResources } from '../../../src/api/index.ts'
import type { HttpHandler, Log } from '../../../src/base/index.ts'
import { controllersCandidate, schedulerCandidate } from '../../../src/cmd/parts/candidates.ts'
import { localKv } from '../../../src/kv/local/index.ts'
import { createApiServer } from '../../../src/master/apiserver/index.ts'
import type { OpenStore } from '../../../src/store/index.ts'
import type { SimPorts } from '../../../src/sim/index.ts'
import { brokenApi, brokenKv, type ClusterBreak } from './breaks.ts'
import type { Server } from './http.ts'

/** Renewals are most of what an idle cluster does: half as many as a real one. */
const TIMES = { leaseDurationMs: 4000, renewDeadlineMs: 3000, retryPeriodMs: 1000 }

/** Kubelets renew every 10 s. */
const NODE_LIFECYCLE = { monitorPeriodMs: 2000, gracePeriodMs: 14_000, evictionIntervalMs: 1000 }

/**
 * What runs on a master above its store member, as `cmd/master` composes it. Nothing is stopped: a
 * killed process does not clean up, and its timers end with it.
 */
export function startMaster(
  name: string,
  { store }: OpenStore,
  parts: {
    ports: SimPorts
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
    resources: allResources,
    clock,
    random: random.fork('api'),
    log,
    kubelet: () => () => Promise.reject(new Error('there is no kubelet')),
    serviceRange: '10.96.0.0/16',
  })
  const { signal } = new AbortController()
  const toApi = breaks ? brokenApi(api.handler, breaks) : api.handler
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
      }).run({ signal }),
      schedulerCandidate({ ...common, random: random.fork('scheduler') }).run({ signal }),
    ])
  }
  work().catch(fail)
  const identity = { commonName: 'simulation', organizations: ['system:masters'] }
  const handler: HttpHandler = (request) => api.handler({ ...request, identity })
  return { name, handler, lifetime }
}
