import type { DeepReadonly } from '../../base/index.ts'
import type { TypedLocalObjectReference } from '../core/index.ts'
import type { HTTPIngressPath, Ingress, IngressBackend, IngressSpec } from '../networking/index.ts'
import type { FieldError } from '../schema/index.ts'
import { GoText, invalid, notSupported, required } from './field-errors.ts'
import {
  dns1035LabelErrors,
  dns1123SubdomainErrors,
  pathSegmentErrors,
  portNameErrors,
  portNumberErrors,
  wildcardSubdomainErrors,
} from './names.ts'
import { each, isIpv4, isIpv6 } from './pod/common.ts'

const CLASS_ANNOTATION = 'kubernetes.io/ingress.class'
const PATH_TYPES = ['Exact', 'ImplementationSpecific', 'Prefix']
/** What a path that is compared with request paths cannot have in it, or at its end. */
const BAD_SEQUENCES = ['//', '/./', '/../', '%2f', '%2F']
const BAD_ENDS = ['/..', '/.']

export function validateIngress({ spec }: DeepReadonly<Ingress>): FieldError[] {
  return validateIngressSpec(spec ?? {}, 'spec')
}

/** The class is named in one place, or in both the same. */
export function validateNewIngress(ingress: DeepReadonly<Ingress>): FieldError[] {
  const errors = validateIngress(ingress)
  const annotation = ingress.metadata.annotations?.[CLASS_ANNOTATION]
  const name = ingress.spec?.ingressClassName
  if (annotation !== undefined && name !== undefined && annotation !== name) {
    const detail = 'must match `ingressClassName` when both are specified'
    errors.push(invalid(`annotations.${CLASS_ANNOTATION}`, annotation, detail))
  }
  return errors
}

function validateIngressSpec(spec: DeepReadonly<IngressSpec>, path: string): FieldError[] {
  const { rules = [], defaultBackend, tls = [], ingressClassName } = spec
  const errors: FieldError[] = []
  if (rules.length === 0 && !defaultBackend) {
    const shown = new GoText(`[]networking.IngressRule${spec.rules ? '{}' : '(nil)'}`)
    errors.push(invalid(path, shown, 'either `defaultBackend` or `rules` must be specified'))
  }
  if (defaultBackend) errors.push(...validateBackend(defaultBackend, `${path}.defaultBackend`))
  for (const [i, { host, http }] of rules.entries()) {
    const at = `${path}.rules[${i}]`
    if (host) errors.push(...validateHost(host, `${at}.host`))
    if (!http) continue
    const paths = http.paths ?? []
    if (paths.length === 0) errors.push(required(`${at}.http.paths`))
    for (const [k, of] of paths.entries()) {
      errors.push(...validatePath(of, `${at}.http.paths[${k}]`))
    }
  }
  for (const [i, { hosts = [], secretName }] of tls.entries()) {
    for (const [k, host] of hosts.entries()) {
      errors.push(...each(`${path}.tls[${i}].hosts[${k}]`, host, hostErrors(host)))
    }
    if (secretName) {
      const at = `${path}.tls[${i}].secretName`
      errors.push(...each(at, secretName, dns1123SubdomainErrors(secretName)))
    }
  }
  if (ingressClassName !== undefined) {
    const faults = dns1123SubdomainErrors(ingressClassName)
    errors.push(...each(`${path}.ingressClassName`, ingressClassName, faults))
  }
  return errors
}

const hostErrors = (host: string) =>
  host.includes('*') ? wildcardSubdomainErrors(host) : dns1123SubdomainErrors(host)

function validateHost(host: string, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (isIpv4(host) || isIpv6(host)) {
    errors.push(invalid(path, host, 'must be a DNS name, not an IP address'))
  }
  return [...errors, ...each(path, host, hostErrors(host))]
}

function validatePath(of: DeepReadonly<HTTPIngressPath>, at: string): FieldError[] {
  const { path = '', pathType, backend } = of
  if (pathType === undefined) return [required(`${at}.pathType`, 'pathType must be specified')]
  const errors: FieldError[] = []
  const matched = pathType === 'Exact' || pathType === 'Prefix'
  if (!PATH_TYPES.includes(pathType)) {
    errors.push(notSupported(`${at}.pathType`, pathType, PATH_TYPES))
  } else if (!path.startsWith('/') && (matched || path !== '')) {
    errors.push(invalid(`${at}.path`, path, 'must be an absolute path'))
  }
  if (matched && path !== '') {
    for (const bad of BAD_SEQUENCES.filter((sequence) => path.includes(sequence))) {
      errors.push(invalid(`${at}.path`, path, `must not contain '${bad}'`))
    }
    for (const bad of BAD_ENDS.filter((end) => path.endsWith(end))) {
      errors.push(invalid(`${at}.path`, path, `cannot end with '${bad}'`))
    }
  }
  return [...errors, ...validateBackend(backend ?? {}, `${at}.backend`)]
}

function validateBackend(backend: DeepReadonly<IngressBackend>, path: string): FieldError[] {
  const { resource, service } = backend
  if (resource && service) {
    return [invalid(path, '', 'cannot set both resource and service backends')]
  }
  if (resource) return validateTypedReference(resource, `${path}.resource`)
  if (!service) return [invalid(path, '', 'resource or service backend is required')]
  const errors: FieldError[] = []
  const at = `${path}.service`
  if (!service.name) errors.push(required(`${at}.name`))
  else errors.push(...each(`${at}.name`, service.name, dns1035LabelErrors(service.name)))
  const { name = '', number = 0 } = service.port ?? {}
  if (name !== '' && number !== 0) {
    errors.push(invalid(path, '', 'cannot set both port name & port number'))
  } else if (name !== '') errors.push(...each(`${at}.port.name`, name, portNameErrors(name)))
  else if (number !== 0) errors.push(...each(`${at}.port.number`, number, portNumberErrors(number)))
  else errors.push(required(path, 'port name or number is required'))
  return errors
}

/** An object of any kind in the same namespace, or in none. */
export function validateTypedReference(
  { apiGroup, kind, name }: DeepReadonly<TypedLocalObjectReference>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (apiGroup !== undefined) {
    errors.push(...each(`${path}.apiGroup`, apiGroup, dns1123SubdomainErrors(apiGroup)))
  }
  if (!kind) errors.push(required(`${path}.kind`, 'kind is required'))
  else errors.push(...each(`${path}.kind`, kind, pathSegmentErrors(kind)))
  if (!name) errors.push(required(`${path}.name`, 'name is required'))
  else errors.push(...each(`${path}.name`, name, pathSegmentErrors(name)))
  return errors
}

export function validateIngressStatus({ status }: DeepReadonly<Ingress>): FieldError[] {
  const points = status?.loadBalancer?.ingress ?? []
  return points.flatMap(({ ip, hostname }, i) => {
    const path = `status.loadBalancer.ingress[${i}]`
    const errors: FieldError[] = []
    if (ip && !isIpv4(ip) && !isIpv6(ip)) {
      const detail = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'
      errors.push(invalid(`${path}.ip`, ip, detail))
    }
    if (!hostname) return errors
    errors.push(...each(`${path}.hostname`, hostname, dns1123SubdomainErrors(hostname)))
    if (isIpv4(hostname) || isIpv6(hostname)) {
      const detail = 'must be a DNS name, not an IP address'
      errors.push(invalid(`${path}.hostname`, hostname, detail))
    }
    return errors
  })
}
