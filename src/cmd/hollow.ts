import { apiEndpoint, hollowNames, KUBELET_CLIENT, readTls } from '../../cluster/index.ts'
import { KUBERNETES_VERSION } from '../api/index.ts'
import type { HttpHandler } from '../base/index.ts'
import { createClient } from '../client/index.ts'
import { startHollowFleet } from '../node/index.ts'
import {
  httpsClient,
  serveHttps,
  systemClock,
  systemLinks,
  systemNet,
  systemRandom,
} from '../platform/index.ts'
import { hostInfo } from './parts/node-config.ts'
import { type Part, runPart, untilStopped } from './parts/part.ts'
import { VERSION } from './parts/version.ts'

const STOP_TIMEOUT_MS = 3000
/** As in upstream's tests of scale. */
const CAPACITY = { cpu: '4', memory: '32Gi', pods: '110', 'ephemeral-storage': '100Gi' }
const ZONES = ['zone-a', 'zone-b', 'zone-c']
const START_LATENCY_MS = 50

/** All hollow nodes of a cluster. */
async function main(part: Part): Promise<void> {
  const { topology, name, log, disk, signal } = part
  const { hollow } = topology
  if (!hollow) throw new Error(`--name: there are no hollow nodes in ${part.layout.topology}`)
  const tls = await readTls(name, 'api', part)
  const system = { clock: systemClock, random: systemRandom(), log }
  const transport = httpsClient({ endpoints: topology.masters.map(apiEndpoint), tls })
  const client = createClient({
    transport: transport.handle,
    ...system,
    userAgent: 'navarch-hollow',
  })
  // `/healthz` answers once all are registered: that is what the launcher waits for.
  let registered = false
  const guard =
    (handler: HttpHandler): HttpHandler =>
    (request) =>
      registered ? handler(request) : Promise.resolve({ status: 503, headers: {}, body: undefined })
  const { address, kubeletPort: port } = hollow
  const running = startHollowFleet(
    {
      names: hollowNames(hollow),
      ip: address,
      version: VERSION,
      kubernetesVersion: KUBERNETES_VERSION,
      capacity: CAPACITY,
      info: hostInfo(),
      labels: (index) => ({
        'topology.kubernetes.io/zone': ZONES[index % ZONES.length] as string,
        'node.navarch.dev/hollow': 'true',
      }),
      apiServerNames: [KUBELET_CLIENT],
      startLatencyMs: START_LATENCY_MS,
    },
    {
      ...system,
      client,
      disk,
      links: systemLinks,
      net: systemNet,
      serveKubelet: (handler) => serveHttps({ address, port, tls, handler: guard(handler), log }),
    },
  )
  void running.ready.then(() => {
    registered = true
  })
  const stop = async () => {
    await running.stop()
    await transport.close()
  }
  await Promise.race([untilStopped(signal, stop, { timeoutMs: STOP_TIMEOUT_MS }), running.done])
}

runPart(main)
