import { canonicalIp } from '../validation/addresses.ts'

const LATER = 'was accepted, but will be invalid in a future Kubernetes release'
const LOOPS = 'which may cause controller apply-loops'

/** What is to be said of an address that Go's newer parser does not take, or writes otherwise. */
export function addressWarnings(ip: string, path: string): string[] {
  const fault = parseFault(ip)
  if (fault !== undefined) return [`${path}: IP address ${LATER}: ${fault}`]
  const canonical = canonicalIp(ip)
  if (!ip.includes(':') || ip === canonical) return []
  const form = `is not in RFC 5952 canonical format ("${canonical}")`
  return [`${path}: IPv6 address "${ip}" ${form}, ${LOOPS}`]
}

/** The same of a range of addresses. */
export function rangeWarnings(range: string, path: string): string[] {
  const [ip = '', bits = ''] = range.split('/')
  const fault = parseFault(ip)
  if (fault !== undefined) {
    return [`${path}: IP prefix ${LATER}: netip.ParsePrefix(${JSON.stringify(range)}): ${fault}`]
  }
  const canonical = `${canonicalIp(ip)}/${bits}`
  if (!ip.includes(':') || range === canonical) return []
  const form = `is not in RFC 5952 canonical format ("${canonical}")`
  return [`${path}: IPv6 prefix "${range}" ${form}, ${LOOPS}`]
}

/** Why Go's `netip.ParseAddr` does not take a text; undefined when it does, or begins as IPv6. */
function parseFault(text: string): string | undefined {
  const why = textFault(text)
  return why && `ParseAddr(${JSON.stringify(text)}): ${why}`
}

function textFault(text: string): string | undefined {
  const first = /[.:%]/.exec(text)?.[0]
  if (first === undefined) return 'unable to parse IP'
  if (first === '%') return 'missing IPv6 address'
  return first === ':' ? undefined : ipv4Fault(text)
}

function ipv4Fault(text: string): string | undefined {
  let digits = ''
  let dots = 0
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i)
    const at = ` (at ${JSON.stringify(text.slice(i))})`
    if (/\d/.test(character)) {
      if (digits === '0') return 'IPv4 field has octet with leading zero'
      digits += character
      if (Number(digits) > 255) return 'IPv4 field has value >255'
    } else if (character === '.') {
      if (digits === '' || i === text.length - 1) {
        return `IPv4 field must have at least one digit${at}`
      }
      if (dots === 3) return 'IPv4 address too long'
      dots++
      digits = ''
    } else return `unexpected character${at}`
  }
  return dots < 3 ? 'IPv4 address too short' : undefined
}
