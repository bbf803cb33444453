import {
  apiEndpoint,
  type MasterTopology,
  readTls,
  serviceCidr,
  type Topology,
} from '../../../cluster/index.ts'
import { allResources, metricsResources } from '../../api/index.ts'
import type { HttpHandler } from '../../base/index.ts'
import { createApiServer } from '../../master/apiserver/index.ts'
import { outboundHttps, serveHttps, systemClock, systemRandom } from '../../platform/index.ts'
import { REPEATED_FLAGS, SECURITY_FLAGS, securedBy } from './apiserver-security.ts'
import { controllersCandidate, schedulerCandidate } from './candidates.ts'
import { ensureClusterInfo } from './cluster-info.ts'
import { CONTROLLER_FLAGS, controllersBy } from './controller-flags.ts'
import { holdEndpoint } from './endpoint.ts'
import { givenFlags } from './given-flags.ts'
import { kubeletClients } from './kubelet-clients.ts'
import { ensureStandardClass, localVolumes } from './local-volumes.ts'
import { masterStatusHandler, STATUS_PATH } from './master-status.ts'
import { die, type Part, untilStopped } from './part.ts'
import { SCHEDULER_FLAGS, schedulerBy } from './scheduler-flags.ts'
import type { StoreThread } from './store-thread.ts'
import { readTrust, type Trust } from './trust.ts'

const STOP_TIMEOUT_MS = 4000
const LINGER_MS = 250
/** Autoscalers look more often: measurements here are newer than metrics-server's. */
const LOCAL_CONTROLLER_FLAGS = {
  ...CONTROLLER_FLAGS,
  'horizontal-pod-autoscaler-sync-period': '5s',
}

/** What `navarch up` was told for the parts of a master. Throws `FlagError`. */
export function givenTo({
  name,
  topology,
  log,
}: Pick<Part, 'name' | 'log'> & { topology: Pick<Topology, 'args'> }) {
  const api = { name, defaults: SECURITY_FLAGS, repeated: REPEATED_FLAGS }
  const manager = { name, defaults: LOCAL_CONTROLLER_FLAGS }
  const scheduler = givenFlags(topology, 'scheduler', { name, defaults: SCHEDULER_FLAGS })
  return {
    api: givenFlags(topology, 'apiserver', api),
    controllers: controllersBy(givenFlags(topology, 'controller-manager', manager)),
    scheduler: schedulerBy(scheduler, { clock: systemClock, log }),
  }
}

function placeOf({ topology }: Part, { given }: Trust) {
  const { address, port } = topology.endpoint
  return { server: `https://${address}:${port}`, caPem: given.rootCaPem ?? '' }
}

/** Where API servers are, whether they run or not: no node may have a certificate for it. */
function placesOfMasters({ topology }: Part): string[] {
  const masters = topology.masters.flatMap(({ name, address }) => [name, address])
  return [topology.endpoint.address, ...masters]
}

/** What every cluster with nodes has, beside what the API server makes. */
async function ensureObjects(
  parts: Parameters<typeof ensureStandardClass>[0] & Parameters<typeof ensureClusterInfo>[0],
  call: { signal: AbortSignal },
): Promise<void> {
  await Promise.all([ensureStandardClass(parts, call), ensureClusterInfo(parts, call)])
}

/** What a master is beside its store member; resolves when it has stopped. */
export async function runMaster(
  part: Part,
  { self, store }: { self: MasterTopology; store: StoreThread },
): Promise<void> {
  const { name, topology, layout, log, signal } = part
  const clock = systemClock
  const random = systemRandom()
  const { address } = self
  const { kv } = store
  const given = givenTo(part)
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
    ...securedBy(given.api, { log, own: trust.own }),
  })
  const volumes = localVolumes(layout.data)
  const parts = { name, api: api.handler, clock, random, log, trust: trust.given, volumes }
  const controllers = controllersCandidate({
    ...parts,
    ...given.controllers,
    servingApproval: { masters: placesOfMasters(part) },
  })
  const scheduler = schedulerCandidate({ ...parts, ...given.scheduler })
  const leads = () => ({ controllers: controllers.isLeader, scheduler: scheduler.isLeader })
  const state = { held: false }
  const status = masterStatusHandler({ name, store, api: api.handler, endpoint: state, leads })
  const handler: HttpHandler = (request) =>
    request.url === STATUS_PATH ? status(request) : api.handler(request)
  const own = await readTls(`${name}-api`, 'api', part)
  const tls = { ...own, caPem: `${own.caPem}${trust.proxyCaPem}` }
  await store.ready
  const server = await serveHttps({ address, port: self.apiPort, tls, handler, log })
  log.info('serving the API', { endpoint: apiEndpoint(self) })
  const working = (async () => {
    const endpoint = { ...topology.endpoint, tls, handler, log, state }
    let onServing = () => {}
    const serving = new Promise<void>((resolve) => (onServing = resolve))
    const runCandidates = async () => {
      await api.start({ signal, onServing })
      if (topology.apiOnly) return
      const candidates = [controllers, scheduler].map((candidate) => candidate.run({ signal }))
      const ensuring = { ...parts, ...volumes, ...placeOf(part, trust) }
      await Promise.all([...candidates, ensureObjects(ensuring, { signal })])
    }
    await Promise.all([serving.then(() => holdEndpoint(endpoint, { signal })), runCandidates()])
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
