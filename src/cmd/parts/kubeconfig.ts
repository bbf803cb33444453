import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import type { HttpHandler } from '../../base/index.ts'
import { httpsClient, type TlsOptions } from '../../platform/index.ts'
import { FlagError } from './flags.ts'

/** How a kubeconfig reaches its cluster, and as whom. */
export interface ClusterAccess {
  readonly server: string
  /** Without a client certificate when a token stands for it. */
  readonly tls: TlsOptions
  /** A secret. */
  readonly token: string | undefined
}

interface Named {
  readonly name?: unknown
}
type Fields = Readonly<Record<string, unknown>>

/** Reads the current context of a kubeconfig. Throws `FlagError` naming the field. */
export function readKubeconfig(path: string): ClusterAccess {
  const config = parseFile(path)
  const wrong = (what: string) => new FlagError(`--kubeconfig: ${path}: ${what}`)
  const find = (list: string, field: string, name: unknown): Fields => {
    const items = config[list]
    const found = Array.isArray(items) ? items.find((item: Named) => item.name === name) : undefined
    const value = (found as Fields | undefined)?.[field]
    if (typeof value === 'object' && value !== null) return value as Fields
    throw wrong(`${list} has no "${String(name)}"`)
  }
  const context = find('contexts', 'context', config['current-context'])
  const cluster = find('clusters', 'cluster', context['cluster'])
  const user = find('users', 'user', context['user'])
  const { server } = cluster
  if (typeof server !== 'string' || !server.startsWith('https://')) {
    throw wrong('the cluster has no "server" that begins with https://')
  }
  if (user['exec'] !== undefined || user['auth-provider'] !== undefined) {
    throw wrong('only client certificates and tokens are supported')
  }
  const pem = (of: Fields, name: string) => material(of, name, dirname(path))
  const caPem = pem(cluster, 'certificate-authority')
  if (caPem === '') throw wrong('the cluster has no "certificate-authority-data"')
  const tls = { caPem, certPem: pem(user, 'client-certificate'), keyPem: pem(user, 'client-key') }
  const token = typeof user['token'] === 'string' ? user['token'] : undefined
  const tokenFile = user['tokenFile']
  const fromFile =
    typeof tokenFile === 'string' ? readText(resolve(dirname(path), tokenFile)).trim() : undefined
  return { server: server.replace(/\/$/, ''), tls, token: token ?? fromFile }
}

/** A transport as the kubeconfig's user; call `close` in the end. */
export function connect({ server, tls, token }: ClusterAccess): {
  readonly transport: HttpHandler
  close(): Promise<void>
} {
  const client = httpsClient({ endpoints: [server], tls })
  const transport: HttpHandler = (request) => {
    if (token === undefined) return client.handle(request)
    const headers = { ...request.headers, authorization: `Bearer ${token}` }
    return client.handle({ ...request, headers })
  }
  return { transport, close: () => client.close() }
}

function parseFile(path: string): Fields {
  const value: unknown = parse(readText(path))
  if (typeof value === 'object' && value !== null) return value as Fields
  throw new FlagError(`--kubeconfig: ${path} is no kubeconfig`)
}

function material(of: Fields, name: string, folder: string): string {
  const data = of[`${name}-data`]
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString()
  const file = of[name]
  return typeof file === 'string' ? readText(resolve(folder, file)) : ''
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    throw new FlagError(`--kubeconfig: cannot read ${path}`)
  }
}
