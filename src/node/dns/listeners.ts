import type { Clock, Connection, Listener, Log, Net, Timer, UdpSocket } from '../../base/index.ts'

export interface DnsHandler {
  /** Undefined: no reply. */
  (query: Uint8Array, transport: { overTcp: boolean }): Promise<Uint8Array | undefined>
}

interface Parts {
  readonly net: Net
  readonly clock: Clock
  readonly log: Log
}

const TCP_IDLE_MS = 10_000
const TCP_CONNECTIONS_MAX = 256
/** Queries of one connection that are answered; then it must come again. */
const TCP_QUERIES_MAX = 1000

export async function listenDnsUdp(
  at: { address: string; port: number },
  handler: DnsHandler,
  { net, log }: Parts,
): Promise<Listener> {
  const socket: UdpSocket = await net.listenUdp(at, (data, from) => {
    handler(data, { overTcp: false }).then(
      (reply) => reply && socket.send(reply, from),
      (error: unknown) => log.warn('a DNS query failed', { error }),
    )
  })
  return socket
}

/** DNS over TCP (RFC 7766): messages behind their length. */
export function listenDnsTcp(
  at: { address: string; port: number },
  handler: DnsHandler,
  parts: Parts,
): Promise<Listener> {
  let open = 0
  return parts.net.listenTcp(at, (connection) => {
    if (open >= TCP_CONNECTIONS_MAX) {
      connection.destroy()
      return
    }
    open++
    serve(connection, handler, parts.clock)
      .catch((error: unknown) => parts.log.debug('a DNS connection ended', { error }))
      .finally(() => {
        open--
        connection.destroy()
      })
  })
}

async function serve(connection: Connection, handler: DnsHandler, clock: Clock): Promise<void> {
  let rest: Buffer = Buffer.alloc(0)
  let queries = 0
  let idle: Timer | undefined
  const watch = () => {
    idle?.cancel()
    idle = clock.after(TCP_IDLE_MS, () => connection.destroy(), { unref: true })
  }
  watch()
  try {
    for await (const chunk of connection.incoming) {
      watch()
      rest = Buffer.concat([rest, chunk])
      while (rest.length >= 2 && rest.length >= 2 + rest.readUInt16BE(0)) {
        const end = 2 + rest.readUInt16BE(0)
        const reply = await handler(rest.subarray(2, end), { overTcp: true })
        rest = rest.subarray(end)
        if (!reply || ++queries > TCP_QUERIES_MAX) return
        const framed = Buffer.alloc(2 + reply.length)
        framed.writeUInt16BE(reply.length, 0)
        framed.set(reply, 2)
        await connection.write(framed)
      }
    }
  } finally {
    idle?.cancel()
  }
}
