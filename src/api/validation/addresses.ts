import type { FieldError } from '../schema/index.ts'
import { invalid } from './field-errors.ts'
import { isIpv4, isIpv6 } from './pod/common.ts'

/**
 * Addresses that no endpoint may have, because they mean the host that connects. Upstream refuses
 * all of 127.0.0.0/8; here pods of the process runtime live at addresses of their own inside it,
 * so that only the first /24, where hosts have their own loopback names, is refused.
 */
export function nonSpecialIpErrors(path: string, ip: string): FieldError[] {
  return specialIpErrors(path, ip, '127.0.0.')
}

/** Addresses that belong to a host or to nobody. */
export function specialIpErrors(path: string, ip: string, loopback = '127.'): FieldError[] {
  const fault = specialIpFault(ip, loopback)
  return fault === undefined ? [] : [invalid(path, ip, fault)]
}

function specialIpFault(ip: string, loopback: string): string | undefined {
  if (!isIpv4(ip) && !isIpv6(ip)) return 'must be a valid IP address'
  if (ip === '0.0.0.0' || ip === '::') return 'may not be unspecified (0.0.0.0 or ::)'
  if (ip.startsWith(loopback) || ip === '::1') {
    return 'may not be in the loopback range (127.0.0.0/8, ::1/128)'
  }
  if (ip.startsWith('169.254.') || /^fe[89ab][0-9a-f]:/i.test(ip)) {
    return 'may not be in the link-local range (169.254.0.0/16, fe80::/10)'
  }
  if (ip.startsWith('224.0.0.') || /^ff02:/i.test(ip)) {
    return 'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)'
  }
  return undefined
}

/** `10.9.8.0/24` or `2001:db8::/64` */
export function cidrErrors(path: string, text: string): FieldError[] {
  const match = /^(.+)\/(\d{1,3})$/.exec(text)
  const [, address = '', bits = ''] = match ?? []
  const fits = (isIpv4(address) && Number(bits) <= 32) || (isIpv6(address) && Number(bits) <= 128)
  if (fits) return []
  return [invalid(path, text, 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)')]
}

/** An address as it is usually written: IPv6 in lower case, the longest run of zeros left out. */
export function canonicalIp(ip: string): string {
  return isIpv6(ip) ? new URL(`http://[${ip}]`).hostname.slice(1, -1) : ip
}

/** Names of IPAddress objects: the address itself, as it is usually written. */
export function ipAddressNameErrors(name: string): string[] {
  if (!isIpv4(name) && !isIpv6(name)) {
    return ['must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)']
  }
  const canonical = canonicalIp(name)
  return name === canonical ? [] : [`must be a canonical form IP address: ${canonical}`]
}

/** Whether the first address of `part` lies in `cidr`. Both must be valid. */
export function cidrContains(cidr: string, part: string): boolean {
  const [base = '', bits = '0'] = cidr.split('/')
  const [address = ''] = part.split('/')
  if (isIpv4(base) !== isIpv4(address)) return false
  const shift = BigInt((isIpv4(base) ? 32 : 128) - Number(bits))
  return addressBits(base) >> shift === addressBits(address) >> shift
}

/** An address as a number. It must be valid. */
export function addressBits(ip: string): bigint {
  if (isIpv4(ip)) return ip.split('.').reduce((sum, byte) => sum * 256n + BigInt(byte), 0n)
  const [head = '', tail] = canonicalIp(ip).split('::')
  const groups = (text: string) => (text === '' ? [] : text.split(':'))
  const [first, last] = [groups(head), groups(tail ?? '')]
  const zeros = Array.from({ length: 8 - first.length - last.length }, () => '0')
  const all = tail === undefined ? first : [...first, ...zeros, ...last]
  return all.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n)
}

/** The address that is this number. */
export function addressOf(bits: bigint, isIpv6: boolean): string {
  const parts = (count: number, width: bigint) =>
    Array.from(
      { length: count },
      (_, i) => (bits >> (BigInt(count - 1 - i) * width)) % (1n << width),
    )
  if (!isIpv6) return parts(4, 8n).join('.')
  return canonicalIp(
    parts(8, 16n)
      .map((group) => group.toString(16))
      .join(':'),
  )
}
