import { allResources } from '../../../src/api/index.ts'
import type { HttpHandler, Log } from '../../../src/base/index.ts'
import { controllersCandidate, schedulerCandidate } from '../../../src/cmd/parts/candidates.ts'
import { localKv } from '../../../src/kv/local/index.ts'
import type { Kv } from '../../../src/kv/index.ts'
import { createApiServer } from '../../../src/master/apiserver/index.ts'
import type { OpenStore } from '../../../src/store/index.ts'
import type { SimPorts } from '../../../src/sim/index.ts'
import type { Server } from './http.ts'

/** A rule that is broken on purpose, to prove that the simulation notices. */
export type ClusterBreak = 'blindUpdates'

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
  const { ports, onError } = parts
  const { clock, random, lifetime } = ports
  const log = parts.log.child({ master: name })
  const api = createApiServer({
    kv: parts.breaks === 'blindUpdates' ? blind(localKv(store)) : localKv(store),
    resources: allResources,
    clock,
    random: random.fork('api'),
    log,
    kubelet: () => () => Promise.reject(new Error('there is no kubelet')),
    serviceRange: '10.96.0.0/16',
  })
  const { signal } = new AbortController()
  const common = { name, api: api.handler, clock, log }
  const fail = (error: unknown) => {
    if (lifetime.alive) onError(error)
  }
  const work = async () => {
    await api.start({ signal })
    await Promise.all([
      controllersCandidate({ ...common, random: random.fork('controllers') }).run({ signal }),
      schedulerCandidate({ ...common, random: random.fork('scheduler') }).run({ signal }),
    ])
  }
  work().catch(fail)
  const identity = { commonName: 'simulation', organizations: ['system:masters'] }
  const handler: HttpHandler = (request) => api.handler({ ...request, identity })
  return { name, handler, lifetime }
}

/** A store whose updates overwrite what others have written meanwhile. */
function blind(kv: Kv): Kv {
  const update: Kv['update'] = async (key, value, expected, options) => {
    const result = await kv.update(key, value, expected, options)
    if (result.kind !== 'conflict' || !result.current) return result
    return update(key, value, result.current.modRevision, options)
  }
  return new Proxy(kv, {
    get(target, name) {
      if (name === 'update') return update
      const value: unknown = Reflect.get(target, name, target)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
}
