import {
  createSecureContext,
  type PeerCertificate,
  type SecureContext,
  type SecureContextOptions,
  type Server,
  type TLSSocket,
} from 'node:tls'
import { ConnectionError, NetError, type NetErrorCode, type PeerIdentity } from '../base/index.ts'

/** One side's part of mutual TLS, all PEM. */
export interface TlsOptions {
  /** The authority that the other side's certificate must come from. */
  readonly caPem: string
  readonly certPem: string
  /** A secret. */
  readonly keyPem: string
  /** Default TLSv1.2. */
  readonly minVersion?: TlsVersion
  readonly maxVersion?: TlsVersion
  /** OpenSSL's names for TLS 1.2, separated by colons. Default: Node's choice. */
  readonly ciphers?: string
  /** Certificates that our authority has taken back. */
  readonly crlPem?: string
  /** Shown where this side dials, if another one than as a server. */
  readonly dialWith?: { readonly certPem: string; readonly keyPem: string }
  /** Whoever is dialled need not prove anything: etcd's `--auto-tls`. */
  readonly trustAnybody?: true
  /** Why the other side is turned away although our authority signed its certificate. */
  readonly refuse?: (other: OtherSide) => Promise<string | undefined> | string | undefined
  /** Replaced certificates for who dials. Plain data has none. */
  readonly latest?: () => TlsOptions
  /**
   * Certificates that are replaced while a server runs: calls `apply` with the new ones, until the
   * returned function is called. Plain data has none.
   */
  readonly onChange?: (apply: (fresh: TlsOptions) => void) => () => void
}

export type TlsVersion = 'TLSv1.2' | 'TLSv1.3'

export interface OtherSide {
  readonly commonName: string
  /** DER. */
  readonly certificate: Uint8Array
  /** Of one that has dialled us. */
  readonly remoteAddress?: string
}

/** The server takes replaced certificates for its next connections. */
export function followTls(server: Server, tls: TlsOptions): void {
  const stop = tls.onChange?.((fresh) => server.setSecureContext(tlsMaterial(fresh)))
  if (stop) server.on('close', stop)
}

/** Why the other side is turned away; undefined: it is welcome. `remoteAddress` of one that dialled. */
export async function refusalOfTls(
  socket: TLSSocket,
  { refuse }: TlsOptions,
  remoteAddress?: string,
): Promise<string | undefined> {
  if (!refuse) return undefined
  const identity = identityFrom(socket.getPeerCertificate())
  if (!identity?.certificate) return undefined
  const { commonName, certificate } = identity
  return await refuse({ commonName, certificate, ...(remoteAddress && { remoteAddress }) })
}

/** The options in Node's words. */
export function tlsMaterial(tls: TlsOptions): SecureContextOptions {
  const { maxVersion, ciphers, crlPem } = tls
  return {
    ca: tls.caPem,
    cert: tls.certPem,
    key: tls.keyPem,
    minVersion: tls.minVersion ?? 'TLSv1.2',
    ...(maxVersion && { maxVersion }),
    ...(ciphers !== undefined && { ciphers }),
    ...(crlPem !== undefined && { crl: crlPem }),
  }
}

const contexts = new WeakMap<TlsOptions, SecureContext>()

/**
 * What connections of a client share: reading keys and certificates takes milliseconds, which one
 * that dials again and again until a server is there would spend each time.
 */
export function clientContext(given: TlsOptions): SecureContext {
  const tls = given.latest?.() ?? given
  let context = contexts.get(tls)
  if (!context) {
    const { certPem: cert, keyPem: key } = tls.dialWith ?? tls
    const { cert: _, key: __, ...rest } = tlsMaterial(tls)
    context = createSecureContext({ ...rest, ...(cert !== '' && { cert, key }) })
    contexts.set(tls, context)
  }
  return context
}

/** What a server knows of the client of a connection. */
export interface TlsClient {
  readonly identity?: PeerIdentity
  /** It showed a certificate that our authority did not sign, or that is over. */
  readonly foreignCertificate?: true
}

// Reading a certificate parses it anew each time: once for each connection.
const clients = new WeakMap<TLSSocket, TlsClient>()

export function tlsClient(socket: TLSSocket): TlsClient {
  const known = clients.get(socket)
  if (known) return known
  const identity = identityOf(socket)
  const foreign = !identity && socket.getPeerCertificate().raw !== undefined
  const client: TlsClient = identity ? { identity } : foreign ? { foreignCertificate: true } : {}
  clients.set(socket, client)
  return client
}

/** Who the other side is; undefined without a certificate that our authority signed. */
export function identityOf(socket: TLSSocket): PeerIdentity | undefined {
  return socket.authorized ? identityFrom(socket.getPeerCertificate()) : undefined
}

export function identityFrom(certificate: PeerCertificate): PeerIdentity | undefined {
  const { subject } = certificate
  // Without a certificate Node gives an object without properties.
  if (subject?.CN === undefined) return undefined
  const { CN, O } = subject as { CN: string | string[]; O?: string | string[] }
  return {
    commonName: Array.isArray(CN) ? (CN.at(-1) ?? '') : CN,
    organizations: O === undefined ? [] : Array.isArray(O) ? O : [O],
    certificate: certificate.raw,
  }
}

const NET_CODES: Readonly<Record<string, NetErrorCode>> = {
  EADDRINUSE: 'in-use',
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  ETIMEDOUT: 'timeout',
  EACCES: 'permission',
  EPERM: 'permission',
}

/** A `NetError` that says at which address, whatever the system threw. */
export function netError(where: { address: string; port: number }, error: unknown): NetError {
  if (error instanceof NetError) return error
  const system = error instanceof Error && 'code' in error ? String(error.code) : ''
  const code = NET_CODES[system] ?? 'other'
  const at = `${where.address}:${where.port}`
  const texts: Record<NetErrorCode, string> = {
    'in-use': `${at} is already in use by another process: stop it or choose another port`,
    refused: `${at} refused the connection: nothing listens there`,
    reset: `${at} broke the connection`,
    timeout: `${at} did not answer in time`,
    permission: `${at}: permission denied (ports below 1024 need privileges)`,
    other: `${at}: ${error instanceof Error ? error.message : String(error)}`,
  }
  return new NetError(code, texts[code], { cause: error })
}

export function connectionError(
  endpoint: string,
  error: unknown,
  options: { sent: boolean },
): ConnectionError {
  if (error instanceof ConnectionError) return error
  const system = error instanceof Error && 'code' in error ? String(error.code) : ''
  const message = error instanceof Error ? error.message : String(error)
  const why = system === 'ECONNREFUSED' ? 'connection refused' : message || system
  return new ConnectionError(`${endpoint}: ${why}`, { sent: options.sent, cause: error })
}
