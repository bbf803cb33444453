import { EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'

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
    const { secure, host, port } = parse(flag, text)
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
    if (!isSocket) parse(flag, text)
    return text
  })
}

function split(flags: EtcdFlags, flag: BindFlag | AdvertiseFlag): string[] {
  const parts = flags.get(flag).split(',')
  return parts.map((part) => part.trim()).filter((part) => part !== '')
}

function parse(flag: string, text: string): { secure: boolean; host: string; port: number } {
  const refuse = (why: string) =>
    new EtcdConfigError(`invalid value "${text}" for flag -${flag}: ${why}: ${text}`)
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
