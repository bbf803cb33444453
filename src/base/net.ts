/** A two-way stream of bytes: a TCP connection. */
export interface Connection {
  readonly remoteAddress: string
  readonly remotePort: number
  /** Ends when the other side has finished sending; throws when the connection breaks. */
  readonly incoming: AsyncIterable<Uint8Array>
  /** Resolves when the bytes are accepted for sending (back-pressure). */
  write(data: Uint8Array): Promise<void>
  /** Says that nothing more will be sent (half close). */
  end(): void
  destroy(): void
}

export interface Listener {
  readonly address: string
  readonly port: number
  /** Ends at once also what was accepted; with `keepConnections` only new ones are turned away. */
  close(options?: { keepConnections?: boolean }): Promise<void>
}

export interface UdpSocket extends Listener {
  send(data: Uint8Array, to: { address: string; port: number }): void
}

/**
 * Sockets for the node's parts (service proxy, DNS, probes). Errors are `NetError`.
 * `port: 0` takes a free port.
 */
export interface Net {
  listenTcp(
    at: { address: string; port: number },
    onConnection: (connection: Connection) => void,
  ): Promise<Listener>
  /** `tls: 'unverified'`: speaks TLS to whoever answers, with any certificate (kubelet's probes). */
  dialTcp(
    to: { address: string; port: number },
    options: { timeoutMs: number; signal?: AbortSignal; tls?: 'unverified' },
  ): Promise<Connection>
  /**
   * Joins two connections until both are done, with back-pressure; the platform may do it
   * without touching the bytes in user code.
   */
  splice(a: Connection, b: Connection): Promise<void>
  listenUdp(
    at: { address: string; port: number },
    onDatagram: (data: Uint8Array, from: { address: string; port: number }) => void,
  ): Promise<UdpSocket>
}

export type NetErrorCode = 'in-use' | 'refused' | 'reset' | 'timeout' | 'permission' | 'other'

export class NetError extends Error {
  override readonly name = 'NetError'
  readonly code: NetErrorCode
  constructor(code: NetErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options)
    this.code = code
  }
}
