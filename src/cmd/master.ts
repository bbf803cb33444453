import { apiEndpoint, initialMembers, readTls, serviceCidr } from '../../cluster/index.ts'
import { allResources, metricsResources } from '../api/index.ts'
import type { HttpHandler } from '../base/index.ts'
import { createApiServer } from '../master/apiserver/index.ts'
import { outboundHttps, serveHttps, systemClock, systemRandom } from '../platform/index.ts'
import { controllersCandidate, schedulerCandidate } from './parts/candidates.ts'
import { holdEndpoint } from './parts/endpoint.ts'
import { kubeletClients } from './parts/kubelet-clients.ts'
import { ensureStandardClass, localVolumes } from './parts/local-volumes.ts'
import { masterStatusHandler, STATUS_PATH } from './parts/master-status.ts'
import { die, dieSoon, type Part, runPart, untilStopped } from './parts/part.ts'
import { startStoreThread } from './parts/store-thread.ts'
import { readTrust } from './parts/trust.ts'

const STOP_TIMEOUT_MS = 4000
const LINGER_MS = 250
/** How often autoscalers look: measurements here are newer than metrics-server's. */
const AUTOSCALER = { periodMs: 5_000 }

/** A master: a store member on its own thread, an API server, a candidate for the rest. */
async function main(part: Part): Promise<void> {
  const { name, topology, layout, log, signal } = part
  const self = topology.masters.find((master) => master.name === name)
  if (!self) throw new Error(`--name: there is no master "${name}" in ${layout.topology}`)
  const clock = systemClock
  const random = systemRandom()
  const { address } = self
  const store = await startStoreThread(
    {
      name,
      dataFolder: layout.dataOf(name),
      clusterToken: topology.clusterToken,
      members: initialMembers(topology),
      peer: { address, port: self.peerPort },
      client: { address, port: self.clientPort },
      tls: await readTls(`${name}-store`, 'store', part),
    },
    (error) => dieSoon(name, error),
  )
  const { kv } = store
  const kubelets = kubeletClients(await readTls('kubelet-client', 'api', part))
  const trust = await readTrust(part)
  const api = createApiServer({
    kv,
    resources: [...allResources, ...metricsResources],
    clock,
    random,
    log: log.child({ component: 'apiserver' }),
    kubelet: kubelets.at,
    outbound: outboundHttps().call,
    serviceRange: serviceCidr(topology),
    advertise: { address, port: self.apiPort },
    mountTokens: true,
    ...trust.api,
  })
  const volumes = localVolumes(layout.data)
  const parts = { name, api: api.handler, clock, random, log, trust: trust.given, volumes }
  const controllers = controllersCandidate({ ...parts, autoscaler: AUTOSCALER })
  const scheduler = schedulerCandidate(parts)
  const leads = () => ({ controllers: controllers.isLeader, scheduler: scheduler.isLeader })
  const state = { held: false }
  const status = masterStatusHandler({ name, store, api: api.handler, endpoint: state, leads })
  const handler: HttpHandler = (request) =>
    request.url === STATUS_PATH ? status(request) : api.handler(request)
  const own = await readTls(`${name}-api`, 'api', part)
  const tls = { ...own, caPem: `${own.caPem}${trust.proxyCaPem}` }
  const server = await serveHttps({ address, port: self.apiPort, tls, handler, log })
  log.info('serving the API', { endpoint: apiEndpoint(self) })
  const working = (async () => {
    await api.start({ signal })
    const endpoint = { ...topology.endpoint, tls, handler, log, state }
    const candidates = topology.apiOnly ? [] : [controllers, scheduler]
    await Promise.all([
      holdEndpoint(endpoint, { signal }),
      ...candidates.map((candidate) => candidate.run({ signal })),
      ...(topology.apiOnly ? [] : [ensureStandardClass({ ...parts, ...volumes }, { signal })]),
    ])
  })()
  working.catch((error: unknown) => {
    if (!signal.aborted) die(name, error)
  })
  const stop = async () => {
    // The leases are given back first, over the API that still runs.
    await working.catch(() => undefined)
    await server.close()
    await Promise.all([api.stop(), kubelets.close()])
    // Masters are often stopped together: those that lead need a majority to give back their leases.
    await new Promise((resolve) => setTimeout(resolve, LINGER_MS))
    await store.stop()
  }
  await untilStopped(signal, stop, { timeoutMs: STOP_TIMEOUT_MS })
}

runPart(main)
