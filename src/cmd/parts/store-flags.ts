import { parseArgs } from 'node:util'
import type { GrpcImplementation, TlsOptions } from '../../platform/index.ts'
import type { InitialMember } from '../../store/index.ts'
import { FlagError, fileOf } from './flags.ts'

/** A member of the store that runs alone, by etcd's flags and environment (`ETCD_NAME` for `--name`). */
export interface StoreFlags {
  readonly name: string
  readonly dataDir: string
  readonly clientUrl: URL
  readonly advertiseClientUrls: readonly string[]
  readonly peerUrl: URL
  readonly clusterToken: string
  readonly members: readonly InitialMember[]
  /** Undefined: plain text, for an `http:` URL. */
  readonly clientTls: TlsOptions | undefined
  readonly peerTls: TlsOptions
  /** `simple`, or `jwt,…`. */
  readonly authToken: string
  readonly authTokenTtlSeconds: number
  readonly bcryptCost: number
  /** Where health and metrics are told as well, to anybody. */
  readonly metricsUrls: readonly URL[]
  readonly maxConcurrentStreams: number
  readonly grpcServer: GrpcImplementation
}

const FLAGS = {
  name: 'default',
  'data-dir': '',
  'listen-client-urls': 'https://127.0.0.1:2379',
  'advertise-client-urls': '',
  'listen-peer-urls': 'https://127.0.0.1:2380',
  'initial-advertise-peer-urls': '',
  'initial-cluster': '',
  'initial-cluster-token': 'etcd-cluster',
  'initial-cluster-state': 'new',
  'cert-file': '',
  'key-file': '',
  'trusted-ca-file': '',
  'client-cert-auth': 'true',
  'peer-cert-file': '',
  'peer-key-file': '',
  'peer-trusted-ca-file': '',
  'peer-client-cert-auth': 'true',
  'auth-token': 'simple',
  'auth-token-ttl': '300',
  'bcrypt-cost': '10',
  'listen-metrics-urls': '',
  'max-concurrent-streams': '4294967295',
  'experimental-grpc-server': 'own',
} as const
type Flag = keyof typeof FLAGS

export const STORE_HELP = `navarch store: one member of the replicated store, serving etcd's v3 API.

The flags are etcd's, and so are the environment variables (ETCD_NAME for --name):
${Object.entries(FLAGS)
  .map(([name, value]) => `  --${name.padEnd(30)}${value && `default ${value}`}`)
  .join('\n')}
Peers are met with TLS and client certificates only, and so are clients of an https:// URL.
--experimental-grpc-server=grpc-js serves with that library instead of our own HTTP/2.`

/** Reads flags, then environment, then defaults. Throws `FlagError` naming the flag and the remedy. */
export function readStoreFlags(args: readonly string[], env: NodeJS.ProcessEnv): StoreFlags {
  const given = parse(args)
  const flag = (name: Flag): string => {
    const variable = `ETCD_${name.replaceAll('-', '_').toUpperCase()}`
    return given[name] ?? env[variable] ?? FLAGS[name]
  }
  for (const name of ['client-cert-auth', 'peer-client-cert-auth'] as const) {
    if (flag(name) !== 'true') {
      throw new FlagError(`--${name}: only "true" is supported: clients always show certificates`)
    }
  }
  const name = flag('name')
  const peerUrl = oneUrl('listen-peer-urls', flag('listen-peer-urls'), ['https:'])
  const clientUrl = oneUrl('listen-client-urls', flag('listen-client-urls'), ['https:', 'http:'])
  const advertised = flag('advertise-client-urls') || clientUrl.origin
  const peers = flag('initial-advertise-peer-urls') || peerUrl.origin
  const cluster = flag('initial-cluster') || `${name}=${peers}`
  return {
    name,
    dataDir: flag('data-dir') || `${name}.etcd`,
    clientUrl,
    advertiseClientUrls: advertised.split(','),
    peerUrl,
    clusterToken: flag('initial-cluster-token'),
    members: readMembers(cluster, name, advertised.split(',')),
    clientTls: clientUrl.protocol === 'https:' ? readTls('', flag) : undefined,
    peerTls: readTls('peer-', flag),
    maxConcurrentStreams: streams('max-concurrent-streams', flag('max-concurrent-streams')),
    grpcServer: implementation(flag('experimental-grpc-server')),
    authToken: flag('auth-token'),
    authTokenTtlSeconds: positive('auth-token-ttl', flag('auth-token-ttl')),
    bcryptCost: bcryptCost(flag('bcrypt-cost')),
    metricsUrls: metricsUrls(flag('listen-metrics-urls'), clientUrl),
  }
}

function streams(flag: Flag, text: string): number {
  const count = Number(text)
  if (Number.isInteger(count) && count > 0 && count < 2 ** 32) return count
  throw new FlagError(`--${flag}: "${text}" must be a number from 1 to 4294967295`)
}

function implementation(text: string): GrpcImplementation {
  if (text === 'own' || text === 'grpc-js') return text
  throw new FlagError(`--experimental-grpc-server: "${text}" must be own or grpc-js`)
}

function parse(args: readonly string[]): Partial<Record<Flag, string>> {
  const options = Object.fromEntries(
    Object.keys(FLAGS).map((n) => [n, { type: 'string' } as const]),
  )
  try {
    return parseArgs({ args: [...args], options, strict: true }).values
  } catch (error) {
    throw new FlagError(error instanceof Error ? error.message : String(error))
  }
}

/** They share the clients' certificate, so they can be https only where that is. */
function metricsUrls(text: string, clientUrl: URL): URL[] {
  const urls = text
    .split(',')
    .filter((url) => url !== '')
    .map((url) => oneUrl('listen-metrics-urls', url, ['http:', 'https:']))
  const secure = urls.find(({ protocol }) => protocol === 'https:')
  if (!secure || clientUrl.protocol === 'https:') return urls
  throw new FlagError(
    `--listen-metrics-urls: "${secure.origin}" needs --listen-client-urls with https, too`,
  )
}

/** bcrypt's own bounds. */
function bcryptCost(text: string): number {
  const cost = positive('bcrypt-cost', text)
  if (cost >= 4 && cost <= 31) return cost
  throw new FlagError(`--bcrypt-cost: "${text}" must be a number from 4 to 31`)
}

function positive(flag: Flag, text: string): number {
  const value = Number(text)
  if (Number.isInteger(value) && value > 0) return value
  throw new FlagError(`--${flag}: "${text}" must be a whole number above 0`)
}

function oneUrl(flag: Flag, text: string, protocols: readonly string[]): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && protocols.includes(url.protocol) && url.port !== '') return url
  throw new FlagError(
    `--${flag}: "${text}" must be one URL such as ${FLAGS[flag] || 'http://127.0.0.1:2381'}`,
  )
}

/** `m1=https://…,m2=https://…`: a name may come several times, once for each of its URLs. */
function readMembers(
  cluster: string,
  self: string,
  clientUrls: readonly string[],
): InitialMember[] {
  const peerUrls = new Map<string, string[]>()
  for (const part of cluster.split(',')) {
    const [name, url, ...rest] = part.split('=')
    if (!name || !url || rest.length > 0 || !URL.canParse(url)) {
      throw new FlagError(`--initial-cluster: "${part}" must be NAME=URL`)
    }
    peerUrls.set(name, [...(peerUrls.get(name) ?? []), url])
  }
  return [...peerUrls].map(([name, urls]) => ({
    name,
    peerUrls: urls,
    clientUrls: name === self ? clientUrls : [],
  }))
}

function readTls(prefix: '' | 'peer-', flag: (name: Flag) => string): TlsOptions {
  const read = (name: Flag): string => {
    const path = flag(name)
    if (path === '') throw new FlagError(`--${name}: name a PEM file; plain text is not served`)
    return fileOf(name, path)
  }
  return {
    caPem: read(`${prefix}trusted-ca-file`),
    certPem: read(`${prefix}cert-file`),
    keyPem: read(`${prefix}key-file`),
  }
}
