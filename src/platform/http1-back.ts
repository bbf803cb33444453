import { createServer, type Server } from 'node:http'
import type { Socket } from 'node:net'
import { serveHttp1 } from './http1-exchange.ts'
import { serveUpgrade } from './http1-upgrade.ts'
import type { ServerContext } from './server-context.ts'

// A request line and headers together; kubectl's stay below 8 KiB.
const MAX_HEADER_BYTES = 64 * 1024

/** HTTP/1.1 and its upgrades, on connections that are handed in as 'connection' events. */
export function createHttp1Back(context: ServerContext): Server {
  const server = createServer({
    maxHeaderSize: MAX_HEADER_BYTES,
    // Longer than any client keeps an idle connection: it is the client who hangs up.
    keepAliveTimeout: 180_000,
    headersTimeout: 30_000,
    noDelay: true,
  })
  server.on('request', (request, response) => void serveHttp1(context, request, response))
  server.on('upgrade', (request, socket, head) => {
    void serveUpgrade(context, request, { socket: socket as Socket, head })
  })
  return server
}
