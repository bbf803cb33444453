import { X509Certificate } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import type { OtherSide } from '../../platform/index.ts'
import type { EtcdFlags } from './etcd-flags.ts'

type Check = (other: OtherSide) => Promise<string | undefined>

/**
 * What etcd asks of a certificate beyond its signature: a common name or host name that the flags
 * name, and of peers that it is for the address that it comes from. Undefined: nothing.
 */
export function checkOfPeers(side: '' | 'peer-', flags: EtcdFlags): Check | undefined {
  const isPeer = side === 'peer-'
  const allowedCn = isPeer ? flags.get('peer-cert-allowed-cn') : ''
  const allowedHost = flags.get(
    isPeer ? 'peer-cert-allowed-hostname' : 'client-cert-allowed-hostname',
  )
  const checksAddress = isPeer && flags.get('peer-skip-client-san-verification') !== 'true'
  if (allowedCn === '' && allowedHost === '' && !checksAddress) return undefined
  return async ({ commonName, certificate, remoteAddress }) => {
    const parsed = new X509Certificate(certificate)
    if (allowedCn !== '' && commonName !== allowedCn) {
      return `client certificate authentication failed: its common name is "${commonName}"`
    }
    if (allowedHost !== '' && !isFor(parsed, allowedHost)) {
      return `client certificate authentication failed: it is not for ${allowedHost}`
    }
    if (!checksAddress || remoteAddress === undefined) return undefined
    return await refusalOfAddress(parsed, remoteAddress.replace(/^::ffff:/, ''))
  }
}

function isFor(certificate: X509Certificate, host: string): boolean {
  return (isIP(host) > 0 ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined
}

/** As etcd: a certificate that names addresses or hosts is taken from one of these only. */
async function refusalOfAddress(
  certificate: X509Certificate,
  address: string,
): Promise<string | undefined> {
  const names = (certificate.subjectAltName ?? '').split(', ')
  const hosts = names.filter((name) => name.startsWith('DNS:')).map((name) => name.slice(4))
  const hasAddresses = names.some((name) => name.startsWith('IP Address:'))
  if (hosts.length === 0 && !hasAddresses) return undefined
  if (hasAddresses && certificate.checkIP(address) !== undefined) return undefined
  for (const host of hosts) {
    const found = await lookup(host, { all: true }).catch(() => [])
    if (found.some((each) => each.address === address)) return undefined
  }
  return `tls: "${address}" does not match any of DNSNames ${JSON.stringify(hosts)}`
}
