import type { Clock, Listener, Log, Net, Timer, UdpSocket } from '../../base/index.ts'
import { type Balancer, sameTarget } from './balancer.ts'
import type { Target } from './plan.ts'

const FLOW_IDLE_MS = 60_000
const SWEEP_MS = 10_000
/** Clients with a flow of their own, per rule; the longest idle makes room. */
const FLOWS_MAX = 4096

interface Flow {
  readonly target: Target
  readonly socket: Promise<UdpSocket | undefined>
  usedAtMs: number
}

/** Serves one UDP rule: each client (address and port) has a socket of its own to its target. */
export async function listenUdp(
  options: { address: string; port: number; balancer: Balancer },
  parts: { net: Net; clock: Clock; log: Log },
): Promise<Listener> {
  const { address, port, balancer } = options
  const flows = new Flows(balancer, parts)
  const listener = await parts.net.listenUdp({ address, port }, (data, from) => {
    flows.send(data, from, (reply) => listener.send(reply, from))
  })
  const sweep: Timer = parts.clock.every(SWEEP_MS, () => flows.sweep(), { unref: true })
  return {
    address: listener.address,
    port: listener.port,
    async close() {
      sweep.cancel()
      await Promise.all([listener.close(), flows.closeAll()])
    },
  }
}

class Flows {
  readonly #balancer: Balancer
  readonly #net: Net
  readonly #clock: Clock
  readonly #log: Log
  readonly #flows = new Map<string, Flow>()

  constructor(balancer: Balancer, parts: { net: Net; clock: Clock; log: Log }) {
    this.#balancer = balancer
    this.#net = parts.net
    this.#clock = parts.clock
    this.#log = parts.log
  }

  send(
    data: Uint8Array,
    from: { address: string; port: number },
    reply: (data: Uint8Array) => void,
  ): void {
    const key = `${from.address}:${from.port}`
    const known = this.#flows.get(key)
    // Datagrams have no connection to drain: a target that was taken away loses its flows at once.
    const isStale = known && !this.#balancer.rule.targets.some((t) => sameTarget(t, known.target))
    if (isStale) this.#drop(key)
    const flow = (isStale ? undefined : known) ?? this.#open(key, from.address, reply)
    if (!flow) return
    flow.usedAtMs = this.#clock.nowMs()
    flow.socket.then(
      (socket) => socket?.send(data, flow.target),
      () => undefined,
    )
  }

  sweep(): void {
    const nowMs = this.#clock.nowMs()
    for (const [key, flow] of this.#flows) {
      if (nowMs - flow.usedAtMs >= FLOW_IDLE_MS) this.#drop(key)
    }
  }

  async closeAll(): Promise<void> {
    const flows = [...this.#flows.values()]
    this.#flows.clear()
    await Promise.all(flows.map(async (flow) => (await flow.socket)?.close()))
  }

  #open(key: string, clientAddress: string, reply: (data: Uint8Array) => void): Flow | undefined {
    const nowMs = this.#clock.nowMs()
    const [target] = this.#balancer.choose(clientAddress, nowMs)
    if (!target) return undefined
    this.#balancer.connected(clientAddress, target, nowMs)
    if (this.#flows.size >= FLOWS_MAX) this.#dropOldest()
    const flow: Flow = {
      target,
      usedAtMs: nowMs,
      socket: this.#net
        .listenUdp({ address: '127.0.0.1', port: 0 }, (data) => {
          flow.usedAtMs = this.#clock.nowMs()
          reply(data)
        })
        .catch((error: unknown) => {
          this.#log.warn('a UDP flow could not be opened', { target, error })
          this.#flows.delete(key)
          return undefined
        }),
    }
    this.#flows.set(key, flow)
    return flow
  }

  #dropOldest(): void {
    let oldest: { key: string; usedAtMs: number } | undefined
    for (const [key, { usedAtMs }] of this.#flows) {
      if (!oldest || usedAtMs < oldest.usedAtMs) oldest = { key, usedAtMs }
    }
    if (oldest) this.#drop(oldest.key)
  }

  #drop(key: string): void {
    const flow = this.#flows.get(key)
    this.#flows.delete(key)
    flow?.socket.then(
      (socket) => socket?.close(),
      () => undefined,
    )
  }
}
