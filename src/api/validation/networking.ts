import type { DeepReadonly } from '../../base/index.ts'
import type {
  IngressClass,
  IngressClassParametersReference,
  IPAddress,
  ServiceCIDR,
} from '../networking/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { canonicalIp, cidrErrors } from './addresses.ts'
import { validateDomainPath } from './domain-names.ts'
import { forbidden, invalid, notSupported, required, tooLong } from './field-errors.ts'
import { IMMUTABLE_ERROR, validateKept } from './metadata.ts'
import { validateTypedReference } from './ingress.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, pathSegmentErrors } from './names.ts'
import { each, isIpv6 } from './pod/common.ts'

const CONTROLLER_LENGTH_MAX = 250
const SCOPES = ['Cluster', 'Namespace']

export function validateIngressClass({ spec }: DeepReadonly<IngressClass>): FieldError[] {
  const { controller = '', parameters } = spec ?? {}
  const path = 'spec.controller'
  return [
    ...(controller.length > CONTROLLER_LENGTH_MAX ? [tooLong(path, CONTROLLER_LENGTH_MAX)] : []),
    ...validateDomainPath(path, controller),
    ...(parameters ? validateParameters(parameters, 'spec.parameters') : []),
  ]
}

export function validateIngressClassUpdate(
  ingressClass: DeepReadonly<IngressClass>,
  old: DeepReadonly<IngressClass>,
): FieldError[] {
  const now = ingressClass.spec?.controller ?? ''
  return [
    ...validateKept(now, old.spec?.controller ?? '', 'spec.controller'),
    ...validateIngressClass(ingressClass),
  ]
}

function validateParameters(
  of: DeepReadonly<IngressClassParametersReference>,
  path: string,
): FieldError[] {
  const { scope, namespace } = of
  const errors = validateTypedReference(of, path)
  if (scope === undefined) return [...errors, required(`${path}.scope`)]
  if (!SCOPES.includes(scope)) return [...errors, notSupported(`${path}.scope`, scope, SCOPES)]
  const at = `${path}.namespace`
  if (scope === 'Cluster') {
    if (namespace === undefined) return errors
    return [...errors, forbidden(at, "`parameters.scope` is set to 'Cluster'")]
  }
  if (namespace === undefined) {
    return [...errors, required(at, "`parameters.scope` is set to 'Namespace'")]
  }
  return [...errors, ...each(at, namespace, dns1123LabelErrors(namespace))]
}

export function validateIpAddress({ spec }: DeepReadonly<IPAddress>): FieldError[] {
  const reference = spec?.parentRef
  const path = 'spec.parentRef'
  if (!reference) return [required(path)]
  const { group, resource, namespace, name } = reference
  const errors: FieldError[] = []
  if (group) errors.push(...each(`${path}.group`, group, dns1123SubdomainErrors(group)))
  if (!resource) errors.push(required(`${path}.resource`))
  else errors.push(...each(`${path}.resource`, resource, pathSegmentErrors(resource)))
  if (!name) errors.push(required(`${path}.name`))
  else errors.push(...each(`${path}.name`, name, pathSegmentErrors(name)))
  if (namespace) errors.push(...each(`${path}.namespace`, namespace, pathSegmentErrors(namespace)))
  return errors
}

export function validateIpAddressUpdate(
  address: DeepReadonly<IPAddress>,
  old: DeepReadonly<IPAddress>,
): FieldError[] {
  if (semanticEqual(address.spec?.parentRef, old.spec?.parentRef)) return []
  return [invalid('spec.parentRef', address.spec?.parentRef, IMMUTABLE_ERROR)]
}

const CIDRS_MAX = 2

export function validateServiceCidr({ spec }: DeepReadonly<ServiceCIDR>): FieldError[] {
  const cidrs = spec?.cidrs ?? []
  const path = 'spec.cidrs'
  if (cidrs.length === 0) return [required(path, 'at least one CIDR required')]
  if (cidrs.length > CIDRS_MAX) return [invalid(path, cidrs, 'may only hold up to 2 values')]
  const errors = cidrs.flatMap((cidr, i) => cidrErrors(`${path}[${i}]`, cidr))
  if (errors.length > 0) return errors
  if (cidrs.length === CIDRS_MAX) {
    const families = new Set(cidrs.map((cidr) => isIpv6(cidr.split('/')[0] ?? '')))
    if (families.size < CIDRS_MAX) {
      const detail =
        'may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64'
      errors.push(invalid(path, cidrs, detail))
    }
  }
  return [...errors, ...cidrs.flatMap((cidr, i) => canonicalCidrErrors(`${path}[${i}]`, cidr))]
}

function canonicalCidrErrors(path: string, cidr: string): FieldError[] {
  const [address = '', bits = ''] = cidr.split('/')
  const canonical = `${canonicalIp(address)}/${Number(bits)}`
  if (canonical === cidr) return []
  return [invalid(path, cidr, `must be in canonical form ("${canonical}")`)]
}

/** A second family may be added, nothing else be changed. */
export function validateServiceCidrUpdate(
  cidr: DeepReadonly<ServiceCIDR>,
  old: DeepReadonly<ServiceCIDR>,
): FieldError[] {
  const now = cidr.spec?.cidrs ?? []
  const before = old.spec?.cidrs ?? []
  const grows = before.length === 1 && now.length === CIDRS_MAX && now[0] === before[0]
  if (grows) return validateServiceCidr(cidr)
  return semanticEqual(now, before) ? [] : [invalid('spec.cidrs', now, IMMUTABLE_ERROR)]
}
