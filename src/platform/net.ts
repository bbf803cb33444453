import { createSocket, type Socket as Datagrams } from 'node:dgram'
import { connect, createServer, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import {
  assert,
  type Connection,
  type Listener,
  type Net,
  NetError,
  type UdpSocket,
} from '../base/index.ts'
import { closeServer, listen } from './listen.ts'
import { netError } from './tls.ts'

/** The machine's sockets. */
export const systemNet: Net = {
  async listenTcp(at, onConnection): Promise<Listener> {
    const open = new Set<Socket>()
    // Half close is the other side's to answer: a request may end before its response.
    const server = createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true })
    server.on('connection', (socket) => {
      open.add(socket)
      socket.on('close', () => open.delete(socket))
      onConnection(new TcpConnection(socket))
    })
    const { port } = await listen(server, at).catch((error: unknown) => {
      throw netError(at, error)
    })
    return {
      address: at.address,
      port,
      close({ keepConnections = false } = {}) {
        if (keepConnections) {
          // It stops listening at once; its end would wait for the connections.
          server.close()
          return Promise.resolve()
        }
        for (const socket of open) socket.destroy()
        return closeServer(server)
      },
    }
  },
  dialTcp: (to, options) => dial(to, options),
  splice: (a, b) => splice(a, b),
  listenUdp: (at, onDatagram) => listenUdp(at, onDatagram),
}

/** A connection over a socket; its errors are those of reading and writing. */
export class TcpConnection implements Connection {
  readonly socket: Socket
  readonly remoteAddress: string
  readonly remotePort: number

  constructor(socket: Socket) {
    this.socket = socket
    this.remoteAddress = socket.remoteAddress ?? ''
    this.remotePort = socket.remotePort ?? 0
    // Reported by whoever reads or writes; without a listener it would end the process.
    socket.on('error', () => undefined)
  }

  get incoming(): AsyncIterable<Uint8Array> {
    return read(this.socket, { address: this.remoteAddress, port: this.remotePort })
  }

  write(data: Uint8Array): Promise<void> {
    const to = { address: this.remoteAddress, port: this.remotePort }
    return new Promise((resolve, reject) => {
      this.socket.write(data, (error) => (error ? reject(netError(to, error)) : resolve()))
    })
  }

  end(): void {
    this.socket.end()
  }

  destroy(): void {
    this.socket.destroy()
  }
}

async function* read(
  socket: Socket,
  from: { address: string; port: number },
): AsyncGenerator<Uint8Array> {
  try {
    yield* socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
  } catch (error) {
    throw netError(from, socket.errored ?? error)
  }
}

function dial(
  to: { address: string; port: number },
  options: { timeoutMs: number; signal?: AbortSignal; tls?: 'unverified' },
): Promise<Connection> {
  const { timeoutMs, signal, tls } = options
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason)
      return
    }
    const plain = connect({ host: to.address, port: to.port, allowHalfOpen: true, noDelay: true })
    const socket = tls === undefined ? plain : secured(plain, to.address)
    const finish = () => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', onAbort)
    }
    const fail = (error: unknown) => {
      finish()
      socket.destroy()
      reject(error)
    }
    const onAbort = () => fail(signal?.reason)
    const timer = setTimeout(() => {
      fail(new NetError('timeout', `${to.address}:${to.port} did not answer in ${timeoutMs} ms`))
    }, timeoutMs)
    signal?.addEventListener('abort', onAbort, { once: true })
    socket.once('error', (error) => fail(netError(to, error)))
    socket.once(tls === undefined ? 'connect' : 'secureConnect', () => {
      finish()
      resolve(new TcpConnection(socket))
    })
  })
}

/** RFC 6066 §3: the server's name goes along unless it is an address. */
function secured(socket: Socket, host: string): Socket {
  const name = isIP(host) === 0 ? { servername: host } : {}
  return connectTls({ socket, rejectUnauthorized: false, ...name })
}

/** Each direction ends on its own; a broken one takes the other with it. */
export function splice(a: Connection, b: Connection): Promise<void> {
  assert(a instanceof TcpConnection && b instanceof TcpConnection, 'connections of this platform')
  return new Promise((resolve) => {
    let open = 2
    for (const [one, other] of [
      [a.socket, b.socket],
      [b.socket, a.socket],
    ] as const) {
      one.on('close', () => {
        if (one.errored || !one.readableEnded) other.destroy()
        // Nobody reads it any more, yet its end must be seen.
        else other.resume()
        if (--open === 0) resolve()
      })
      if (one.destroyed) other.destroy()
      one.pipe(other)
    }
    if (a.socket.destroyed && b.socket.destroyed) resolve()
  })
}

async function listenUdp(
  at: { address: string; port: number },
  onDatagram: (data: Uint8Array, from: { address: string; port: number }) => void,
): Promise<UdpSocket> {
  const socket: Datagrams = createSocket(at.address.includes(':') ? 'udp6' : 'udp4')
  await new Promise<void>((resolve, reject) => {
    socket.once('error', (error) => reject(netError(at, error)))
    socket.bind({ address: at.address, port: at.port, exclusive: true }, () => resolve())
  })
  // A reply to a client that is gone comes back as an error: nobody waits for it.
  socket.on('error', () => undefined)
  socket.on('message', (data, from) => onDatagram(data, { address: from.address, port: from.port }))
  let closed: Promise<void> | undefined
  return {
    address: at.address,
    port: socket.address().port,
    send(data, to) {
      if (!closed) socket.send(data, to.port, to.address, () => undefined)
    },
    close() {
      closed ??= new Promise((resolve) => {
        socket.close(() => resolve())
      })
      return closed
    },
  }
}
