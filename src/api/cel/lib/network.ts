import { CelError } from '../errors.ts'
import { fn, method, type Overload, sig, walksFirst } from '../functions.ts'
import { opaque, T } from '../types.ts'
import { type CelValue, Opaque } from '../values.ts'
import { type Address, formatAddress, parseAddress } from './addresses.ts'

const IP = opaque('net.IP')
const CIDR = opaque('net.CIDR')

class IpValue extends Opaque {
  readonly typeName = 'net.IP'
  readonly address: Address
  constructor(address: Address) {
    super()
    this.address = address
  }
  equals(other: Opaque): boolean {
    if (!(other instanceof IpValue)) return false
    return other.address.family === this.address.family && other.address.bits === this.address.bits
  }
}

class CidrValue extends Opaque {
  readonly typeName = 'net.CIDR'
  readonly address: Address
  readonly prefix: number
  constructor(address: Address, prefix: number) {
    super()
    this.address = address
    this.prefix = prefix
  }
  equals(other: Opaque): boolean {
    if (!(other instanceof CidrValue)) return false
    const { family, bits } = other.address
    const same = family === this.address.family && bits === this.address.bits
    return same && other.prefix === this.prefix
  }
}

const addressOf = (value: CelValue | undefined) => (value as IpValue).address
const blockOf = (value: CelValue | undefined) => value as CidrValue

function readIp(text: CelValue | undefined): IpValue {
  const address = parseAddress(text as string)
  if (typeof address !== 'string') return new IpValue(address)
  throw new CelError(
    `IP Address ${JSON.stringify(text)} parse error during conversion from string: ${address}`,
  )
}

function parseCidr(text: string): CidrValue | string {
  const slash = text.lastIndexOf('/')
  const fail = (why: string) => `netip.ParsePrefix(${JSON.stringify(text)}): ${why}`
  if (slash < 0) return fail("no '/'")
  const address = parseAddress(text.slice(0, slash))
  if (typeof address === 'string') return fail(address)
  const digits = text.slice(slash + 1)
  if (!/^(?:0|[1-9]\d*)$/.test(digits))
    return fail(`bad bits after slash: ${JSON.stringify(digits)}`)
  const prefix = Number(digits)
  if (prefix > widthOf(address)) return fail(`prefix length out of range`)
  return new CidrValue(address, prefix)
}

function readCidr(text: CelValue | undefined): CidrValue {
  const block = parseCidr(text as string)
  if (typeof block !== 'string') return block
  throw new CelError(`network address parse error during conversion from string: ${block}`)
}

const widthOf = (address: Address) => (address.family === 4 ? 32 : 128)

function networkOf({ address, prefix }: CidrValue): bigint {
  const shift = BigInt(widthOf(address) - prefix)
  return (address.bits >> shift) << shift
}

function contains(block: CidrValue, address: Address, prefix = widthOf(address)): boolean {
  if (address.family !== block.address.family || prefix < block.prefix) return false
  return networkOf(new CidrValue(address, block.prefix)) === networkOf(block)
}

/** Kubernetes' libraries for addresses and blocks of them. */
export function network(): Overload[] {
  return [...addresses(), ...blocks()]
}

function addresses(): Overload[] {
  const is = (name: string, test: (address: Address) => boolean) =>
    method(name, sig([IP], T.bool), ([ip]) => test(addressOf(ip)))
  const within = (address: Address, block: string) => contains(readCidr(block), address)
  const either = (v4: string, v6: string) => (address: Address) =>
    within(address, address.family === 4 ? v4 : v6)
  return [
    fn('ip', sig([T.string], IP), ([text]) => readIp(text), walksFirst),
    fn(
      'isIP',
      sig([T.string], T.bool),
      ([text]) => {
        return typeof parseAddress(text as string) !== 'string'
      },
      walksFirst,
    ),
    fn(
      'ip.isCanonical',
      sig([T.string], T.bool),
      ([text]) => {
        return formatAddress(readIp(text).address) === text
      },
      walksFirst,
    ),
    method('family', sig([IP], T.int), ([ip]) => BigInt(addressOf(ip).family)),
    fn('string', sig([IP], T.string), ([ip]) => formatAddress(addressOf(ip))),
    is('isUnspecified', (a) => a.bits === 0n),
    is('isLoopback', either('127.0.0.0/8', '::1/128')),
    is('isLinkLocalMulticast', either('224.0.0.0/24', 'ff02::/16')),
    is('isLinkLocalUnicast', either('169.254.0.0/16', 'fe80::/10')),
    is('isGlobalUnicast', (a) => {
      const none = a.bits === 0n || (a.family === 4 && a.bits === 0xffffffffn)
      const special = either('127.0.0.0/8', '::1/128')(a) || either('224.0.0.0/4', 'ff00::/8')(a)
      return !none && !special && !either('169.254.0.0/16', 'fe80::/10')(a)
    }),
  ]
}

function blocks(): Overload[] {
  const textOf = (block: CidrValue) => `${formatAddress(block.address)}/${block.prefix}`
  return [
    fn('cidr', sig([T.string], CIDR), ([text]) => readCidr(text), walksFirst),
    fn(
      'isCIDR',
      sig([T.string], T.bool),
      ([text]) => {
        return typeof parseCidr(text as string) !== 'string'
      },
      walksFirst,
    ),
    fn('string', sig([CIDR], T.string), ([block]) => textOf(blockOf(block))),
    method('ip', sig([CIDR], IP), ([block]) => new IpValue(blockOf(block).address)),
    method('prefixLength', sig([CIDR], T.int), ([block]) => BigInt(blockOf(block).prefix)),
    method('masked', sig([CIDR], CIDR), ([value]) => {
      const block = blockOf(value)
      return new CidrValue({ ...block.address, bits: networkOf(block) }, block.prefix)
    }),
    method('containsIP', sig([CIDR, T.string], T.bool), ([block, ip]) => {
      return contains(blockOf(block), readIp(ip).address)
    }),
    method('containsIP', sig([CIDR, IP], T.bool), ([block, ip]) => {
      return contains(blockOf(block), addressOf(ip))
    }),
    method('containsCIDR', sig([CIDR, T.string], T.bool), ([block, text]) => {
      const inner = readCidr(text)
      return contains(blockOf(block), inner.address, inner.prefix)
    }),
    method('containsCIDR', sig([CIDR, CIDR], T.bool), ([block, inner]) => {
      const { address, prefix } = blockOf(inner)
      return contains(blockOf(block), address, prefix)
    }),
  ]
}
