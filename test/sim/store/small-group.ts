import type { Clock } from '../../../src/base/index.ts'
import {
  Lifetime,
  type PeerPacket,
  SeededRandom,
  SimClock,
  SimMachine,
  SimNetwork,
} from '../../../src/sim/index.ts'
import { clusterIdentity } from '../../../src/store/index.ts'
import { AppliedEntries, StoreNode } from './node.ts'

const NAMES = ['m1', 'm2', 'm3']

/** Three members on a calm network, to whom happens what a test wants. */
export interface SmallGroup {
  readonly clock: SimClock
  /** Of a client; until it is ended. */
  readonly lifetime: Lifetime
  readonly own: Clock
  readonly nodes: readonly { name: string; machine: SimMachine; node: StoreNode }[]
  /** Names of who was elected, in order. */
  readonly leaders: string[]
  readonly failures: unknown[]
  /** Lets time pass, unless something failed. */
  run(forMs: number): Promise<void>
  close(): void
}

/** `diskBytes`: how large their disks are. Default: there is room for everything. */
export function startGroup(seed: string, options: { diskBytes?: number } = {}): SmallGroup {
  const random = new SeededRandom(seed)
  const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
  const clock = new SimClock({ startMs: Date.UTC(2026, 0, 1), turn })
  const weather = { lossRate: 0, duplicateRate: 0, stallRate: 0, stallMsMax: 0, resetRate: 0 }
  const network = new SimNetwork<PeerPacket>({
    clock,
    random: random.fork('network'),
    weather: { ...weather, delayMsMin: 0.05, delayMsMax: 2 },
  })
  const members = NAMES.map((name) => ({
    name,
    peerUrls: [`https://${name}:2380`],
    clientUrls: [`https://${name}:2379`],
  }))
  const cluster = clusterIdentity({ clusterToken: seed, members })
  const applied = new AppliedEntries()
  const leaders: string[] = []
  const failures: unknown[] = []
  const nodes = cluster.members.map(({ id, name }) => {
    const machine = new SimMachine({ name, clock, random, ...options })
    const node = new StoreNode({
      id,
      name,
      cluster,
      machine,
      clock,
      network,
      applied,
      breaks: undefined,
      onUp: () => {},
      onLeader: () => leaders.push(name),
      onError: (error) => failures.push(error),
    })
    return { name, machine, node }
  })
  for (const { node } of nodes) node.start()
  const lifetime = new Lifetime()
  return {
    clock,
    lifetime,
    own: clock.of(lifetime, { offsetMs: 0 }),
    nodes,
    leaders,
    failures,
    run: (forMs) => clock.run({ forMs, until: () => failures.length > 0 }),
    close() {
      lifetime.end()
      for (const { node } of nodes) node.kill()
    },
  }
}
