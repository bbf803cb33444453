import type { DeepReadonly } from '../../base/index.ts'
import { type Service, ServiceSpec } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { duplicate, goStrings, invalid, notSupported } from './field-errors.ts'
import { goFieldText } from './go-text.ts'
import { ipErrors, isIpv4 } from './pod/common.ts'

type Spec = DeepReadonly<ServiceSpec>

const IPS = 'spec.clusterIPs'
const FAMILIES = ['IPv4', 'IPv6']
const POLICIES = ['PreferDualStack', 'RequireDualStack', 'SingleStack']
const NOT_AGAIN = 'may not change once set'

export const isHeadless = ({ clusterIPs = [] }: Spec) =>
  clusterIPs.length === 1 && clusterIPs[0] === 'None'

/** A Service's own addresses and their families. */
export function validateClusterIps(spec: Spec): FieldError[] {
  if (spec.type === 'ExternalName') return []
  const { clusterIP = '', clusterIPs: ips = [], ipFamilies = [], ipFamilyPolicy } = spec
  const errors: FieldError[] = []
  const whole = (detail: string) => errors.push(invalid(IPS, goStrings(ips), detail))
  if (clusterIP === '' && ips.length > 0) whole('must be empty when `clusterIP` is not specified')
  if (clusterIP !== '' && ips.length > 0 && ips[0] !== clusterIP) {
    whole('first value must match `clusterIP`')
  }
  for (const [i, family] of ipFamilies.entries()) {
    const at = `spec.ipFamilies[${i}]`
    if (!FAMILIES.includes(family)) errors.push(notSupported(at, family, FAMILIES))
    if (ipFamilies.indexOf(family) < i) errors.push(duplicate(at, family))
  }
  if (ipFamilyPolicy !== undefined && !POLICIES.includes(ipFamilyPolicy)) {
    errors.push(notSupported('spec.ipFamilyPolicy', ipFamilyPolicy, POLICIES))
  }
  const wrong = ips.flatMap((ip, i) =>
    i === 0 && ip === 'None' ? [] : ipErrors(`${IPS}[${i}]`, ip),
  )
  const isMixed = ips[0] === 'None' && ips.length > 1
  if (isMixed) whole("'None' must be the first and only value")
  errors.push(...wrong)
  if (ips.length > 2) whole('may only hold up to 2 values')
  if (wrong.length > 0 || isMixed) return errors
  const kinds = new Set(ips.map(isIpv4))
  if (ips.length > 1 && (kinds.size < 2 || ips.length > 2)) {
    whole('may specify no more than one IP for each IP family')
  }
  if (isHeadless(spec)) return errors
  for (const [i, ip] of ips.entries()) {
    const family = ipFamilies[i]
    if (!FAMILIES.includes(family ?? '') || (family === 'IPv4') === isIpv4(ip)) continue
    const detail = `expected an ${family} value as indicated by \`ipFamilies[${i}]\``
    errors.push(invalid(`${IPS}[${i}]`, ip, detail))
  }
  return errors
}

/** An address or family that a Service once has is its for good; a second may come and go. */
export function validateAddressUpdate(
  { spec }: DeepReadonly<Service>,
  { spec: old }: DeepReadonly<Service>,
): FieldError[] {
  if (spec.type === 'ExternalName' || old.type === 'ExternalName') return []
  return [...validateIpUpdate(spec, old), ...validateFamilyUpdate(spec, old)]
}

function releaseError(spec: Spec, what: string): FieldError[] {
  if (spec.ipFamilyPolicy === 'SingleStack') return []
  const detail = `must be set to 'SingleStack' when releasing the secondary ${what}`
  return [invalid('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail)]
}

function validateIpUpdate(spec: Spec, old: Spec): FieldError[] {
  if (isHeadless(spec) && isHeadless(old)) return []
  const { clusterIPs: ips = [] } = spec
  const before = old.clusterIPs ?? []
  const shown = goStrings(ips)
  const fault = (i: number, detail: string) => invalid(`${IPS}[${i}]`, shown, detail)
  if (before.length === ips.length) {
    return before.flatMap((ip, i) => (ip === ips[i] ? [] : [fault(i, NOT_AGAIN)]))
  }
  const errors: FieldError[] = []
  if (ips.length === 0) errors.push(fault(0, 'primary clusterIP can not be unset'))
  else if (before.length > 0 && ips[0] !== before[0]) errors.push(fault(0, NOT_AGAIN))
  if (before.length < ips.length || ips.length !== 1) return errors
  return [...errors, ...releaseError(spec, 'clusterIP')]
}

function validateFamilyUpdate(spec: Spec, old: Spec): FieldError[] {
  if (isHeadless(spec) || isHeadless(old)) return []
  const { ipFamilies: families = [], clusterIPs: ips = [] } = spec
  const before = old.ipFamilies ?? []
  // Left out: the server fills in what they were.
  if (families.length === 0) return []
  const at = 'spec.ipFamilies[0]'
  const shown = goFieldText(ServiceSpec, 'ipFamilies', families)
  if (before.length === families.length) {
    const changed = before.filter((family, i) => family !== families[i])
    return changed.map(() => invalid(at, shown, NOT_AGAIN))
  }
  const errors: FieldError[] = []
  if (before.length > families.length && ips.length === 0) {
    errors.push(invalid(at, shown, 'primary ipFamily can not be unset'))
  }
  // Upstream shows the addresses here.
  if (before.length > 0 && families[0] !== before[0]) {
    errors.push(invalid(at, goStrings(ips), NOT_AGAIN))
  }
  if (before.length < families.length || families.length !== 1) return errors
  return [...errors, ...releaseError(spec, 'ipFamily')]
}
