import { CLOSE_CODE, type Connection, WebSocket } from '../../../base/index.ts'

/** Bytes through binary messages: how SPDY is tunnelled (KEP-4006). */
export function tunnel(connection: Connection): Connection {
  const socket = new WebSocket(connection)
  return {
    remoteAddress: connection.remoteAddress,
    remotePort: connection.remotePort,
    incoming: socket.messages(),
    write: (data) => socket.send(data),
    end: () => void socket.close(CLOSE_CODE.normal).catch(() => connection.destroy()),
    destroy: () => connection.destroy(),
  }
}
