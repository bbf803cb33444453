import { EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'
import { FlagError } from './flags.ts'

/** What a member listens on: an address and port, or a socket in the file system. */
export interface BindUrl {
  readonly text: string
  readonly secure: boolean
  readonly address: string
  readonly port: number
  /** Of a Unix socket; it is listened on instead. */
  readonly path?: string
}

type BindFlag =
  | 'listen-client-urls'
  | 'listen-client-http-urls'
  | 'listen-peer-urls'
  | 'listen-metrics-urls'
type AdvertiseFlag = 'advertise-client-urls' | 'initial-advertise-peer-urls'

export function bindUrls(flags: EtcdFlags, flag: BindFlag): BindUrl[] {
  return split(flags, flag).map((text) => {
    const unix = /^(unixs?):\/\/(.+)$/.exec(text)
    if (unix && flag !== 'listen-peer-urls') {
      const [, scheme, path = ''] = unix
      return { text, secure: scheme === 'unixs', address: '', port: 0, path }
    }
    const { secure, host, port } = parse(flags, flag, text)
    const address = host.replace(/^\[|\]$/g, '')
    // As etcd: an address, or localhost.
    if (address !== 'localhost' && !/^[\d.]+$/.test(address) && !address.includes(':')) {
      throw new EtcdConfigError(`expected IP in URL for binding (${text})`)
    }
    return { text, secure, address: address === 'localhost' ? '127.0.0.1' : address, port }
  })
}

export function advertisedUrls(flags: EtcdFlags, flag: AdvertiseFlag): string[] {
  return split(flags, flag).map((text) => {
    const isSocket = flag === 'advertise-client-urls' && /^unixs?:\/\/./.test(text)
    if (!isSocket) parse(flags, flag, text)
    return text
  })
}

function split(flags: EtcdFlags, flag: BindFlag | AdvertiseFlag): string[] {
  const parts = flags.get(flag).split(',')
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

/** Throws `FlagError` in etcd's words, which are in part those of Go's URLs. */
function parse(
  flags: EtcdFlags,
  flag: BindFlag | AdvertiseFlag,
  text: string,
): { secure: boolean; host: string; port: number } {
  const invalid = (why: string) =>
    new FlagError(`invalid value "${flags.get(flag)}" for flag -${flag}: ${why}`)
  const refuse = (why: string) => invalid(`${why}: ${text}`)
  if (text.startsWith(':')) throw invalid(`parse "${text}": missing protocol scheme`)
  if (/^[^a-z/][^/]*:/i.test(text)) {
    throw invalid(`parse "${text}": first path segment in URL cannot contain colon`)
  }
  const match = /^([a-z]+):\/\/(\[[^\]]+\]|[^/:]*)(?::(\d+))?(\/.*)?$/.exec(text)
  const [, scheme, host, port, path] = match ?? []
  if (scheme !== 'http' && scheme !== 'https') {
    throw refuse('URL scheme must be http, https, unix, or unixs')
  }
  if (!host || port === undefined || Number(port) > 65_535) {
    throw refuse('URL address does not have the form "host:port"')
  }
  if (path !== undefined) throw refuse('URL must not contain a path')
  return { secure: scheme === 'https', host, port: Number(port) }
}
