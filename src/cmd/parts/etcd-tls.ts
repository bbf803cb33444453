import { readFileSync, watchFile, unwatchFile } from 'node:fs'
import { issueAuthority, issueLeaf, type TlsOptions } from '../../platform/index.ts'
import { EtcdConfigError, type EtcdFlags } from './etcd-flags.ts'

/** One side's TLS by etcd's flags. */
export interface EtcdTls {
  readonly tls: TlsOptions
  /** Whether who connects has to show a certificate. */
  readonly clientCertificate: 'required' | 'optional'
}

/** How soon a certificate that was replaced is used. */
const RELOAD_MS = 1000

/**
 * Certificates of clients (`''`) or peers. Undefined when all its URLs are http. Files are read again
 * whenever they change. Throws `EtcdConfigError`.
 */
export function readEtcdTls(
  prefix: '' | 'peer-',
  flags: EtcdFlags,
  urls: readonly URL[],
): EtcdTls | undefined {
  if (!urls.some(({ protocol }) => protocol === 'https:')) return undefined
  const minVersion = minVersionOf(flags.get('tls-min-version'))
  const certFile = flags.get(`${prefix}cert-file`)
  const keyFile = flags.get(`${prefix}key-file`)
  const caFile = flags.get(`${prefix}trusted-ca-file`)
  const required = flags.get(`${prefix}client-cert-auth`) === 'true'
  const clientCertificate = required ? 'required' : 'optional'
  if (certFile === '' && keyFile === '' && flags.get(`${prefix}auto-tls`) === 'true') {
    return { tls: { ...selfSigned(urls), minVersion }, clientCertificate: 'optional' }
  }
  if (certFile === '' || keyFile === '') {
    const who = prefix === '' ? 'client' : 'peer'
    throw new EtcdConfigError(
      `TLS key/cert (--${prefix}cert-file, --${prefix}key-file) must be provided for ${who} url ` +
        `${urls[0]?.origin} with HTTPS scheme`,
    )
  }
  const read = () => ({
    certPem: pemOf(certFile),
    keyPem: pemOf(keyFile),
    caPem: caFile === '' ? pemOf(certFile) : pemOf(caFile),
    minVersion,
  })
  const tls: TlsOptions = {
    ...read(),
    onChange: (apply) => watched([certFile, keyFile], () => apply(read())),
  }
  return { tls, clientCertificate }
}

/** Calls `changed` when a file is replaced; what cannot be read then is tried at the next change. */
function watched(paths: readonly string[], changed: () => void): () => void {
  const onChange = () => {
    try {
      changed()
    } catch {
      // Half replaced: the other file changes in a moment.
    }
  }
  for (const path of paths) watchFile(path, { interval: RELOAD_MS, persistent: false }, onChange)
  return () => {
    for (const path of paths) unwatchFile(path, onChange)
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

function minVersionOf(text: string): 'TLSv1.2' | 'TLSv1.3' {
  if (text === 'TLS1.3') return 'TLSv1.3'
  if (text === 'TLS1.2' || text === '') return 'TLSv1.2'
  throw new EtcdConfigError(`unsupported tls version "${text}": TLS1.2 or TLS1.3`)
}

/** etcd's `--auto-tls`: a certificate of its own, which nobody can check. */
function selfSigned(urls: readonly URL[]): { caPem: string; certPem: string; keyPem: string } {
  const nowMs = Date.now()
  const authority = issueAuthority({ commonName: 'etcd auto TLS' }, { nowMs, days: 365 })
  const hosts = urls.map(({ hostname }) => hostname.replace(/^\[|\]$/g, ''))
  const leaf = issueLeaf(
    authority,
    {
      commonName: 'etcd',
      ipAddresses: hosts,
      dnsNames: ['localhost'],
      usages: ['server', 'client'],
    },
    { nowMs, days: 365 },
  )
  return { caPem: authority.certPem, ...leaf }
}
