import type { Clock, Connection, Listener, Log, Net } from '../../base/index.ts'
import type { Balancer } from './balancer.ts'

const DIAL_TIMEOUT_MS = 3_000
/** How often a connection that nobody takes is offered round all targets before it is dropped. */
const ROUNDS_MAX = 2

/** Serves one TCP rule: each connection is joined with one to a target. */
export function listenTcp(
  options: { address: string; port: number; balancer: Balancer },
  parts: { net: Net; clock: Clock; log: Log; signal: AbortSignal },
): Promise<Listener> {
  const { address, port, balancer } = options
  return parts.net.listenTcp({ address, port }, (client) => {
    forward(client, balancer, parts).catch((error: unknown) => {
      client.destroy()
      parts.log.debug('a proxied connection ended', { address, port, error })
    })
  })
}

async function forward(
  client: Connection,
  balancer: Balancer,
  parts: { net: Net; clock: Clock; signal: AbortSignal },
): Promise<void> {
  const upstream = await dial(client, balancer, parts)
  if (!upstream) {
    client.destroy()
    return
  }
  // Connections to an endpoint that is taken away are left to end by themselves.
  await parts.net.splice(client, upstream)
}

/** The first target that answers: one that is just ending refuses, and the next gets the client. */
async function dial(
  client: Connection,
  balancer: Balancer,
  { net, clock, signal }: { net: Net; clock: Clock; signal: AbortSignal },
): Promise<Connection | undefined> {
  for (let round = 0; round < ROUNDS_MAX; round++) {
    for (const target of balancer.choose(client.remoteAddress, clock.nowMs())) {
      if (signal.aborted) return undefined
      try {
        const upstream = await net.dialTcp(target, { timeoutMs: DIAL_TIMEOUT_MS })
        balancer.connected(client.remoteAddress, target, clock.nowMs())
        return upstream
      } catch {
        // Refused, unreachable or too slow: the next one.
      }
    }
  }
  return undefined
}
