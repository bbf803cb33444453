import { readFileSync } from 'node:fs'
import type { Log } from '../../base/index.ts'
import {
  issueAuthority,
  issueLeaf,
  type TlsOptions,
  type TlsVersion,
} from '../../platform/index.ts'
import { checkOfPeers } from './etcd-tls-check.ts'
import { cipherNames } from './etcd-ciphers.ts'
import type { EtcdFlagName } from './etcd-flag-table.ts'
import { EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'
import type { BindUrl } from './etcd-urls.ts'
import { watchFiles } from './watch-files.ts'

/** One side's TLS by etcd's flags. */
export interface EtcdTls {
  readonly tls: TlsOptions
  /** Whether who connects has to show a certificate. */
  readonly clientCertificate: 'required' | 'optional'
}

type Side = '' | 'peer-'

const YEAR_DAYS = 365

/**
 * Certificates of clients (`''`) or peers. Undefined when all its URLs are http. Files are read again
 * whenever they change; what makes no sense then is told to the log. Throws `EtcdConfigError`.
 */
export function readEtcdTls(
  side: Side,
  flags: EtcdFlags,
  urls: readonly BindUrl[],
  { log }: { log: Log },
): EtcdTls | undefined {
  const secure = urls.find((url) => url.secure)
  if (!secure) return undefined
  const files = filesOf(side, flags)
  const settings = settingsOf(flags)
  if (files.cert === '' && files.key === '' && flags.get(`${side}auto-tls`) === 'true') {
    return { tls: { ...selfSigned(flags, urls), ...settings }, clientCertificate: 'optional' }
  }
  if (files.cert === '' || files.key === '') {
    const who = side === '' ? 'client' : 'peer'
    throw new EtcdConfigError(
      `TLS key/cert (--${side}cert-file, --${side}key-file) must be provided for ${who} url ` +
        `${secure.text} with HTTPS scheme`,
    )
  }
  const refuse = checkOfPeers(side, flags)
  const read = (): TlsOptions => ({
    certPem: pemOf(files.cert),
    keyPem: pemOf(files.key),
    caPem: pemOf(files.ca || files.cert),
    ...(files.crl !== '' && { crlPem: crlOf(files.crl) }),
    ...(files.dialCert !== '' && {
      dialWith: { certPem: pemOf(files.dialCert), keyPem: pemOf(files.dialKey) },
    }),
    ...settings,
    ...(refuse && { refuse }),
  })
  // As etcd: an authority to trust is one to ask for.
  const required = files.ca !== '' || flags.get(`${side}client-cert-auth`) === 'true'
  return { tls: following(read, files, log), clientCertificate: required ? 'required' : 'optional' }
}

interface Files {
  readonly cert: string
  readonly key: string
  readonly ca: string
  readonly crl: string
  readonly dialCert: string
  readonly dialKey: string
}

function filesOf(side: Side, flags: EtcdFlags): Files {
  const get = (name: EtcdFlagName) => flags.get(name)
  const isPeer = side === 'peer-'
  const files = {
    cert: get(`${side}cert-file`),
    key: get(`${side}key-file`),
    ca: get(`${side}trusted-ca-file`),
    crl: get(isPeer ? 'peer-crl-file' : 'client-crl-file'),
    dialCert: isPeer ? get('peer-client-cert-file') : '',
    dialKey: isPeer ? get('peer-client-key-file') : '',
  }
  if ((files.dialCert === '') !== (files.dialKey === '')) {
    throw new EtcdConfigError(
      'peer-client-cert-file and peer-client-key-file must both be present or both absent',
    )
  }
  return files
}

/** Options that stay the newest ones: those who listen are told, those who dial ask. */
function following(read: () => TlsOptions, files: Files, log: Log): TlsOptions {
  const paths = Object.values(files).filter((path) => path !== '')
  let latest = read()
  const listeners = new Set<(fresh: TlsOptions) => void>()
  const reload = () => {
    latest = read()
    for (const apply of listeners) apply(latest)
  }
  const stop = watchFiles(paths, reload, (error) => {
    log.warn('certificates that changed cannot be used yet', { paths, error })
  })
  return {
    ...latest,
    latest: () => latest,
    onChange(apply) {
      listeners.add(apply)
      return () => {
        listeners.delete(apply)
        if (listeners.size === 0) stop()
      }
    },
  }
}

function pemOf(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw new EtcdConfigError(`open ${path}: ${why}`)
  }
}

/** etcd takes both forms. */
function crlOf(path: string): string {
  const text = pemOf(path)
  if (text.includes('-----BEGIN X509 CRL-----')) return text
  const base64 = readFileSync(path).toString('base64').replace(/.{64}/g, '$&\n')
  return `-----BEGIN X509 CRL-----\n${base64}\n-----END X509 CRL-----\n`
}

type Settings = Pick<TlsOptions, 'minVersion' | 'maxVersion' | 'ciphers'>

function settingsOf(flags: EtcdFlags): Settings {
  const [min, max] = [flags.get('tls-min-version'), flags.get('tls-max-version')]
  const minVersion = versionOf(min) ?? 'TLSv1.2'
  const maxVersion = versionOf(max)
  if (maxVersion !== undefined && minVersion > maxVersion) {
    throw new EtcdConfigError(`min version (${min}) is greater than max version (${max})`)
  }
  const suites = flags.get('cipher-suites')
  if (suites !== '' && minVersion === 'TLSv1.3') {
    throw new EtcdConfigError('cipher suites cannot be configured when only TLS1.3 is enabled')
  }
  return {
    minVersion,
    ...(maxVersion && { maxVersion }),
    ...(suites !== '' && { ciphers: cipherNames(suites.split(',')) }),
  }
}

function versionOf(text: string): TlsVersion | undefined {
  if (text === '') return undefined
  if (text === 'TLS1.2') return 'TLSv1.2'
  if (text === 'TLS1.3') return 'TLSv1.3'
  throw new EtcdConfigError(`unexpected TLS version "${text}" (must be one of: TLS1.2, TLS1.3)`)
}

/** etcd's `--auto-tls`: a certificate of its own, which nobody can check. */
function selfSigned(flags: EtcdFlags, urls: readonly BindUrl[]): TlsOptions {
  const lifetime = {
    nowMs: Date.now(),
    days: YEAR_DAYS * Number(flags.get('self-signed-cert-validity')),
  }
  const authority = issueAuthority({ commonName: 'etcd auto TLS' }, lifetime)
  const leaf = issueLeaf(
    authority,
    {
      commonName: 'etcd',
      ipAddresses: urls.map(({ address }) => address).filter((address) => address !== ''),
      dnsNames: ['localhost'],
      usages: ['server', 'client'],
    },
    lifetime,
  )
  return { caPem: authority.certPem, ...leaf, trustAnybody: true }
}
