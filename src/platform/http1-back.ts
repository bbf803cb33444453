import { createServer } from 'node:http'
import type { Socket } from 'node:net'
import { serveHttp1 } from './http1-exchange.ts'
import { serveUpgrade } from './http1-upgrade.ts'
import type { ServerContext } from './server-context.ts'

// A request line and headers together; kubectl's stay below 8 KiB.
const MAX_HEADER_BYTES = 64 * 1024
const TIMES: Http1Times = { headersMs: 30_000, lookMs: 5000 }

export interface Http1Times {
  /** A request's head comes whole within this, or its connection ends (slowloris). */
  readonly headersMs: number
  /** How often that is looked at. */
  readonly lookMs: number
}

/** HTTP/1.1 and its upgrades, on connections that are handed in as 'connection' events. */
export interface Http1Back {
  take(socket: Socket): void
  /** Ends the connections that wait for a request, and watches over the others no more. */
  close(): void
}

export function createHttp1Back(context: ServerContext, times = TIMES): Http1Back {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    // Longer than any client keeps an idle connection: it is the client who hangs up.
    keepAliveTimeout: 180_000,
    headersTimeout: times.headersMs,
    connectionsCheckingInterval: times.lookMs,
    // Bodies may be streams without end, such as those of the store's JSON gateway.
    requestTimeout: 0,
    noDelay: true,
  })
  server.on('request', (request, response) => void serveHttp1(context, request, response))
  server.on('upgrade', (request, socket, head) => {
    void serveUpgrade(context, request, { socket: socket as Socket, head })
  })
  // Node keeps watch over the connections of servers that listen: this one has its front for that.
  server.emit('listening')
  return {
    take: (socket) => server.emit('connection', socket),
    close: () => server.close(),
  }
}
