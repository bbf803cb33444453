import type { Disk, HttpHandler, Links, Log, Net } from '../../../src/base/index.ts'
import { createClient } from '../../../src/client/index.ts'
import { startHollowFleet } from '../../../src/node/index.ts'
import { Lifetime, type SeededRandom, type SimClock } from '../../../src/sim/index.ts'

const NODES = 5

/** Hollow nodes on machines that do not fail: kubelets as anywhere, in virtual time. */
export function startNodes(parts: {
  clock: SimClock
  random: SeededRandom
  log: Log
  transport: HttpHandler
  onError: (error: unknown) => void
}): void {
  const { random, log, transport } = parts
  const clock = parts.clock.of(new Lifetime(), { offsetMs: 0 })
  const client = createClient({ transport, clock, random, log, userAgent: 'hollow' })
  const info = {
    architecture: 'amd64',
    bootID: '',
    kernelVersion: '',
    machineID: '',
    operatingSystem: 'linux',
    osImage: '',
    systemUUID: '',
  }
  const unused = {} as Disk & Links & Net
  const fleet = startHollowFleet(
    {
      names: Array.from({ length: NODES }, (_, i) => `node-${i + 1}`),
      ip: '127.1.0.1',
      version: '0',
      kubernetesVersion: 'v1.32.0',
      capacity: { cpu: '4', memory: '8Gi', pods: '20' },
      info,
      labels: (index) => ({ 'topology.kubernetes.io/zone': `zone-${index % 2}` }),
      apiServerNames: [],
      startLatencyMs: 200,
    },
    {
      client,
      clock,
      random: random.fork('fleet'),
      log,
      disk: unused,
      links: unused,
      net: unused,
      serveKubelet: () => Promise.resolve({ port: 10250, close: () => Promise.resolve() }),
    },
  )
  fleet.done.catch(parts.onError)
}
