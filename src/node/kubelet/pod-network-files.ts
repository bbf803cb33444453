import { type Disk, DiskError } from '../../base/index.ts'
import type { PodView } from './pod-words.ts'
import type { PodFile, Sandbox } from './runtime/types.ts'

/** The cluster's DNS, when a resolver can use it: resolv.conf names no ports. */
export interface ClusterDns {
  readonly address: string
  readonly domain: string
}

interface Facts {
  readonly ip: string
  readonly dns: ClusterDns | undefined
  /** The host's own files. */
  readonly host: { readonly resolvConf: string; readonly hosts: string }
}

/** Where a pod's programs find names. */
const RESOLV_CONF = '/etc/resolv.conf'
const HOSTS = '/etc/hosts'

/** Writes what a pod has of its own in `/etc`, for its containers to see. */
export class PodNetworkFiles {
  readonly #disk: Disk
  readonly #dns: Promise<ClusterDns | undefined>

  /** `dns` settles once the cluster's DNS was tried to be served. */
  constructor(parts: { disk: Disk; dns: Promise<ClusterDns | undefined> }) {
    this.#disk = parts.disk
    this.#dns = parts.dns
  }

  /** Throws `DiskError`. */
  async write(pod: PodView, sandbox: Sandbox): Promise<readonly PodFile[]> {
    const [dns, resolvConf, hosts] = await Promise.all([
      this.#dns,
      this.#hostFile(RESOLV_CONF),
      this.#hostFile(HOSTS),
    ])
    const facts = { ip: sandbox.ip, dns, host: { resolvConf, hosts } }
    const folder = `${sandbox.folder}/etc`
    const files: PodFile[] = []
    for (const [path, text] of networkFiles(pod, facts)) {
      await this.#disk.mkdir(folder, { mode: 0o755 })
      const hostPath = `${folder}/${path.slice(path.lastIndexOf('/') + 1)}`
      await this.#disk.writeFileAtomic(hostPath, Buffer.from(text), { mode: 0o644 })
      files.push({ path, hostPath })
    }
    return files
  }

  async #hostFile(path: string): Promise<string> {
    try {
      return Buffer.from(await this.#disk.readFile(path)).toString()
    } catch (error) {
      if (error instanceof DiskError) return ''
      throw error
    }
  }
}

/** Files by path; what is absent is as on the host. Pure. */
export function networkFiles(pod: PodView, facts: Facts): ReadonlyMap<string, string> {
  const files = new Map<string, string>()
  const resolvConf = resolvConfOf(pod, facts)
  if (resolvConf !== undefined) files.set(RESOLV_CONF, resolvConf)
  const { hostNetwork = false, hostAliases = [] } = pod.spec
  const isOwn = !hostNetwork && resolvConf !== undefined
  if (isOwn || hostAliases.length > 0) files.set(HOSTS, hostsOf(pod, facts))
  return files
}

/** The kubelet's rules for `dnsPolicy` and `dnsConfig`; undefined: the host's file as it is. */
function resolvConfOf(pod: PodView, { dns, host }: Facts): string | undefined {
  const { dnsPolicy = 'ClusterFirst', dnsConfig, hostNetwork = false } = pod.spec
  const isClusterFirst =
    dnsPolicy === 'ClusterFirstWithHostNet' || (dnsPolicy === 'ClusterFirst' && !hostNetwork)
  const resolver = parseResolvConf(dnsPolicy === 'None' ? '' : host.resolvConf)
  const usesCluster = isClusterFirst && dns !== undefined
  if (usesCluster) {
    const { address, domain } = dns
    const { namespace } = pod.metadata
    resolver.nameservers = [address]
    resolver.searches = [
      `${namespace}.svc.${domain}`,
      `svc.${domain}`,
      domain,
      ...resolver.searches,
    ]
    resolver.options = new Map([['ndots', '5']])
  } else if (!dnsConfig) return undefined
  const { nameservers = [], searches = [], options = [] } = dnsConfig ?? {}
  const all = {
    nameserver: unique([...resolver.nameservers, ...nameservers]),
    search: unique([...resolver.searches, ...searches]),
    options: new Map(resolver.options),
  }
  for (const { name = '', value } of options) all.options.set(name, value ?? '')
  const words = [...all.options].map(([name, value]) => (value ? `${name}:${value}` : name))
  return [
    ...(all.search.length > 0 ? [`search ${all.search.join(' ')}`] : []),
    ...all.nameserver.map((address) => `nameserver ${address}`),
    ...(words.length > 0 ? [`options ${words.join(' ')}`] : []),
    '',
  ].join('\n')
}

interface Resolver {
  nameservers: readonly string[]
  searches: readonly string[]
  options: ReadonlyMap<string, string>
}

/** resolv.conf(5): the last `search` or `domain` counts, options add up. */
function parseResolvConf(text: string): Resolver {
  const nameservers: string[] = []
  let searches: string[] = []
  const options = new Map<string, string>()
  for (const line of text.split('\n')) {
    const [keyword, ...values] = line
      .replace(/[#;].*/, '')
      .trim()
      .split(/\s+/)
    if (keyword === 'nameserver' && values[0]) nameservers.push(values[0])
    else if (keyword === 'search' || keyword === 'domain') searches = values
    else if (keyword === 'options') {
      for (const word of values) {
        const [name = '', value = ''] = word.split(':')
        options.set(name, value)
      }
    }
  }
  return { nameservers, searches, options }
}

const LOCAL_NAMES = `127.0.0.1\tlocalhost
::1\tlocalhost ip6-localhost ip6-loopback
fe00::0\tip6-localnet
fe00::0\tip6-mcastprefix
fe00::1\tip6-allnodes
fe00::2\tip6-allrouters
`

/** The hosts file: the host's for a pod on the host's network, else the pod's own names. */
function hostsOf(pod: PodView, { ip, dns, host }: Facts): string {
  const { hostNetwork, hostAliases = [], hostname, subdomain } = pod.spec
  const { name, namespace } = pod.metadata
  const own = hostname ?? name
  const full = subdomain && dns ? `${own}.${subdomain}.${namespace}.svc.${dns.domain}\t${own}` : own
  const text = hostNetwork
    ? `# Kubernetes-managed hosts file (host network).\n${host.hosts}`
    : `# Kubernetes-managed hosts file.\n${LOCAL_NAMES}${ip}\t${full}\n`
  if (hostAliases.length === 0) return text
  const lines = hostAliases.map((alias) => [alias.ip, ...(alias.hostnames ?? [])].join('\t'))
  return `${text}\n# Entries added by HostAliases.\n${lines.join('\n')}\n`
}

function unique(values: readonly string[]): readonly string[] {
  return [...new Set(values)]
}
