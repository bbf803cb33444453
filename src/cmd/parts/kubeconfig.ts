import { dirname, resolve } from 'node:path'
import { parse } from 'yaml'
import type { HttpHandler } from '../../base/index.ts'
import type { JudgeOptions, WebhookAccess } from '../../master/apiserver/index.ts'
import { httpsClient, type TlsOptions } from '../../platform/index.ts'
import { FlagError, fileOf } from './flags.ts'

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

/** The cluster and the user of a kubeconfig's current context. */
interface Context {
  readonly cluster: Fields
  readonly user: Fields
  readonly server: string
  /** What a field holds, or the file that it names; empty when there is neither. */
  readonly pem: (of: Fields, name: string) => string
  readonly wrong: (what: string) => FlagError
}

/** Reads the current context of a kubeconfig. Throws `FlagError` naming the field. */
export function readKubeconfig(path: string): ClusterAccess {
  const { cluster, user, server, pem, wrong } = contextOf('kubeconfig', path)
  const caPem = pem(cluster, 'certificate-authority')
  if (caPem === '') throw wrong('the cluster has no "certificate-authority-data"')
  const tls = { caPem, certPem: pem(user, 'client-certificate'), keyPem: pem(user, 'client-key') }
  return { server: server.replace(/\/$/, ''), tls, token: tokenOf(user, path) }
}

/** A server of others, as a kubeconfig that a flag names has it. Throws `FlagError`. */
export function readJudge(flag: string, path: string): Omit<JudgeOptions, 'version'> {
  const { cluster, user, server, pem } = contextOf(flag, path)
  const caPem = pem(cluster, 'certificate-authority')
  const client = { certPem: pem(user, 'client-certificate'), keyPem: pem(user, 'client-key') }
  const authorization = authorizationOf(user, path)
  const serverName = cluster['tls-server-name']
  return {
    url: server,
    ...(caPem !== '' && { caPem }),
    ...(client.certPem !== '' && { client }),
    ...(cluster['insecure-skip-tls-verify'] === true && { insecure: true }),
    ...(typeof serverName === 'string' && { serverName }),
    ...(authorization !== undefined && { authorization }),
  }
}

/**
 * How servers of webhooks know us: users of a kubeconfig by the servers' names, `*.example.org` for
 * all of a domain, `*` for all. Throws `FlagError`.
 */
export function readWebhookAccess(flag: string, path: string): WebhookAccess {
  const { users } = parseFile(flag, path)
  const known = new Map<string, ReturnType<WebhookAccess>>()
  for (const { name, user } of Array.isArray(users) ? (users as WebhookUser[]) : []) {
    if (typeof name !== 'string' || typeof user !== 'object' || user === null) continue
    const pem = (what: string) => material(flag, { of: user, name: what, folder: dirname(path) })
    const client = { certPem: pem('client-certificate'), keyPem: pem('client-key') }
    const authorization = authorizationOf(user, path)
    known.set(name, {
      ...(client.certPem !== '' && { client }),
      ...(authorization !== undefined && { authorization }),
    })
  }
  return (server) => {
    const labels = server.split('.')
    const wild = labels.map((_, i) => ['*', ...labels.slice(i + 1)].join('.'))
    return [server, ...wild].map((name) => known.get(name)).find((found) => found !== undefined)
  }
}

interface WebhookUser {
  readonly name?: unknown
  readonly user?: Fields | null
}

function authorizationOf(user: Fields, path: string): string | undefined {
  const token = tokenOf(user, path)
  if (token !== undefined) return `Bearer ${token}`
  const { username, password } = user
  if (typeof username !== 'string') return undefined
  return `Basic ${Buffer.from(`${username}:${String(password)}`).toString('base64')}`
}

function contextOf(flag: string, path: string): Context {
  const config = parseFile(flag, path)
  const wrong = (what: string) => new FlagError(`--${flag}: ${path}: ${what}`)
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
  const pem = (of: Fields, name: string) => material(flag, { of, name, folder: dirname(path) })
  return { cluster, user, server, pem, wrong }
}

function tokenOf(user: Fields, path: string): string | undefined {
  const { token, tokenFile } = user
  if (typeof token === 'string') return token
  if (typeof tokenFile !== 'string') return undefined
  return fileOf('kubeconfig', resolve(dirname(path), tokenFile)).trim()
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

function parseFile(flag: string, path: string): Fields {
  const value: unknown = parse(fileOf(flag, path))
  if (typeof value === 'object' && value !== null) return value as Fields
  throw new FlagError(`--${flag}: ${path} is no kubeconfig`)
}

function material(flag: string, at: { of: Fields; name: string; folder: string }): string {
  const { of, name, folder } = at
  const data = of[`${name}-data`]
  if (typeof data === 'string') return Buffer.from(data, 'base64').toString()
  const file = of[name]
  return typeof file === 'string' ? fileOf(flag, resolve(folder, file)) : ''
}
