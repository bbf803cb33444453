import type { Clock, Log, Net, Random } from '../../base/index.ts'
import { Balancer } from './balancer.ts'
import type { Rule } from './plan.ts'
import { type KeptPort, type PortKeeper, unprivilegedPort } from './port-keeper.ts'
import { listenTcp } from './tcp-forwarder.ts'
import { listenUdp } from './udp-forwarder.ts'

interface Served {
  readonly balancer: Balancer
  readonly kept: KeptPort
}

export interface UserspaceParts {
  readonly net: Net
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly keeper: PortKeeper
  /** A Service port is served on another port than its own. */
  onRemapped(rule: Rule, port: number): void
}

/** Carries rules out in this process: sockets in, sockets out, no privileges. */
export class UserspaceDriver {
  readonly #parts: UserspaceParts
  readonly #served = new Map<string, Served>()
  readonly #stop = new AbortController()

  constructor(parts: UserspaceParts) {
    this.#parts = parts
  }

  /**
   * Brings what is served in line with `rules`. Ports that stay keep their connections; connections
   * of ports that go are left to end by themselves. Resolves when new ports were tried once.
   */
  async apply(rules: readonly Rule[]): Promise<void> {
    const wanted = new Map(rules.map((rule) => [rule.key, rule]))
    const released: Promise<void>[] = []
    for (const [key, { kept }] of this.#served) {
      if (wanted.has(key)) continue
      this.#served.delete(key)
      released.push(kept.release({ keepConnections: true }))
    }
    await Promise.all(released)
    const tried: Promise<void>[] = []
    for (const rule of wanted.values()) {
      const served = this.#served.get(rule.key)
      if (served) served.balancer.update(rule)
      else tried.push(this.#serve(rule))
    }
    await Promise.all(tried)
  }

  /** The port that a rule is served on in this process now. */
  boundPort(key: string): number | undefined {
    return this.#served.get(key)?.kept.boundPort
  }

  async close(): Promise<void> {
    this.#stop.abort()
    const all = [...this.#served.values()]
    this.#served.clear()
    await Promise.all(all.map(({ kept }) => kept.release()))
  }

  #serve(rule: Rule): Promise<void> {
    const { net, clock, log, random } = this.#parts
    const balancer = new Balancer(rule, random.int(rule.targets.length))
    const listen = rule.protocol === 'TCP' ? listenTcp : listenUdp
    const fallbackPort = unprivilegedPort(rule.port)
    const kept = this.#parts.keeper.keep({
      address: rule.address,
      port: rule.port,
      ...(fallbackPort !== undefined && { fallbackPort }),
      bind: (port) =>
        listen(
          { address: rule.address, port, balancer },
          { net, clock, log, signal: this.#stop.signal },
        ),
      onRemapped: (port) => this.#parts.onRemapped(rule, port),
    })
    this.#served.set(rule.key, { balancer, kept })
    return kept.tried
  }
}
