import type { DeepReadonly } from '../../base/index.ts'
import type { EndpointAddress, EndpointPort, Endpoints } from '../core/index.ts'
import type { Endpoint, EndpointSlice, EndpointSlicePort, ForZone } from '../discovery/index.ts'
import type { FieldError } from '../schema/index.ts'
import { nonSpecialIpErrors } from './addresses.ts'
import { duplicate, invalid, notSupported, required, tooMany } from './field-errors.ts'
import { validateKept } from './metadata.ts'
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  portNumberErrors,
  qualifiedNameErrors,
} from './names.ts'
import { each, ipErrors, isIpv4, isIpv6, oneOf } from './pod/common.ts'

const PROTOCOLS = ['SCTP', 'TCP', 'UDP']

export function validateEndpoints(endpoints: DeepReadonly<Endpoints>): FieldError[] {
  return (endpoints.subsets ?? []).flatMap((subset, i) => {
    const path = `subsets[${i}]`
    const { addresses = [], notReadyAddresses = [], ports = [] } = subset
    const isEmpty = addresses.length + notReadyAddresses.length === 0
    return [
      ...(isEmpty ? [required(path, 'must specify `addresses` or `notReadyAddresses`')] : []),
      ...addresses.flatMap((a, k) => validateAddress(a, `${path}.addresses[${k}]`)),
      ...notReadyAddresses.flatMap((a, k) => validateAddress(a, `${path}.notReadyAddresses[${k}]`)),
      ...ports.flatMap((p, k) => validatePort(p, `${path}.ports[${k}]`, ports.length > 1)),
    ]
  })
}

function validateAddress(address: DeepReadonly<EndpointAddress>, path: string): FieldError[] {
  const { hostname, nodeName } = address
  const ip = address.ip ?? ''
  return [
    ...ipErrors(`${path}.ip`, ip),
    ...(hostname ? each(`${path}.hostname`, hostname, dns1123LabelErrors(hostname)) : []),
    ...(nodeName === undefined
      ? []
      : each(`${path}.nodeName`, nodeName, dns1123SubdomainErrors(nodeName))),
    ...nonSpecialIpErrors(`${path}.ip`, ip),
  ]
}

function validatePort(
  { name, port, protocol, appProtocol }: DeepReadonly<EndpointPort>,
  path: string,
  needsName: boolean,
): FieldError[] {
  const errors: FieldError[] = []
  if (name) errors.push(...each(`${path}.name`, name, dns1123LabelErrors(name)))
  else if (needsName) errors.push(required(`${path}.name`))
  errors.push(...each(`${path}.port`, port ?? 0, portNumberErrors(port ?? 0)))
  errors.push(...oneOf(`${path}.protocol`, protocol, PROTOCOLS))
  if (appProtocol !== undefined) {
    errors.push(...each(`${path}.appProtocol`, appProtocol, qualifiedNameErrors(appProtocol)))
  }
  return errors
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']
const MAX_ENDPOINTS = 1000
const MAX_ADDRESSES = 100
const MAX_PORTS = 20_000
const MAX_HINTS = 8

export function validateEndpointSlice(slice: DeepReadonly<EndpointSlice>): FieldError[] {
  const { addressType, endpoints, ports } = slice
  return [
    ...oneOf('addressType', addressType, ADDRESS_TYPES),
    ...validateSliceEndpoints(endpoints ?? [], addressType),
    ...validateSlicePorts(ports ?? []),
  ]
}

export function validateEndpointSliceUpdate(
  slice: DeepReadonly<EndpointSlice>,
  old: DeepReadonly<EndpointSlice>,
): FieldError[] {
  return [
    ...validateEndpointSlice(slice),
    ...validateKept(slice.addressType, old.addressType, 'addressType'),
  ]
}

function validateSliceEndpoints(
  endpoints: readonly DeepReadonly<Endpoint>[],
  addressType: string,
): FieldError[] {
  if (endpoints.length > MAX_ENDPOINTS) {
    return [tooMany('endpoints', endpoints.length, MAX_ENDPOINTS)]
  }
  return endpoints.flatMap((endpoint, i) => {
    const path = `endpoints[${i}]`
    const { addresses, hostname, nodeName, hints } = endpoint
    const errors: FieldError[] = []
    if (addresses.length === 0) {
      errors.push(required(`${path}.addresses`, 'must contain at least 1 address'))
    } else if (addresses.length > MAX_ADDRESSES) {
      errors.push(tooMany(`${path}.addresses`, addresses.length, MAX_ADDRESSES))
    }
    addresses.forEach((address, k) => {
      errors.push(...validateSliceAddress(address, addressType, `${path}.addresses[${k}]`))
    })
    if (nodeName !== undefined) {
      errors.push(...each(`${path}.nodeName`, nodeName, dns1123SubdomainErrors(nodeName)))
    }
    if (hostname !== undefined) {
      errors.push(...each(`${path}.hostname`, hostname, dns1123LabelErrors(hostname)))
    }
    errors.push(...validateHints(hints?.forZones ?? [], `${path}.hints.forZones`))
    errors.push(...validateHints(hints?.forNodes ?? [], `${path}.hints.forNodes`))
    return errors
  })
}

function validateHints(hints: readonly DeepReadonly<ForZone>[], path: string): FieldError[] {
  if (hints.length > MAX_HINTS) return [tooMany(path, hints.length, MAX_HINTS)]
  const isNode = path.endsWith('forNodes')
  const names = new Set<string>()
  return hints.flatMap(({ name }, i) => {
    const at = `${path}[${i}].name`
    const errors = names.has(name) ? [duplicate(at, name)] : []
    names.add(name)
    const faults = isNode ? dns1123SubdomainErrors(name) : labelValueErrors(name)
    return [...errors, ...each(at, name, faults)]
  })
}

/** A host name of two labels at least; a dot may end it. */
function validateHostName(text: string, path: string): FieldError[] {
  if (text === '') return [required(path)]
  const name = text.replace(/\.$/, '')
  const faults = dns1123SubdomainErrors(name)
  if (faults.length > 0) return [invalid(path, name, faults.join(','))]
  const labels = name.split('.')
  if (labels.length < 2) {
    const detail = 'should be a domain with at least two segments separated by dots'
    return [invalid(path, name, detail)]
  }
  const wrong = labels.find((label) => dns1123LabelErrors(label).length > 0)
  return wrong === undefined ? [] : [invalid(path, wrong, dns1123LabelErrors(wrong).join(','))]
}

function validateSliceAddress(address: string, type: string, path: string): FieldError[] {
  if (type === 'FQDN') return validateHostName(address, path)
  if (type !== 'IPv4' && type !== 'IPv6') return []
  const fits = type === 'IPv4' ? isIpv4(address) : isIpv6(address)
  const fault = fits ? [] : [invalid(path, address, `must be a valid ${type} address`)]
  return [...fault, ...nonSpecialIpErrors(path, address)]
}

function validateSlicePorts(ports: readonly DeepReadonly<EndpointSlicePort>[]): FieldError[] {
  if (ports.length > MAX_PORTS) return [tooMany('ports', ports.length, MAX_PORTS)]
  const names = new Set<string>()
  return ports.flatMap((port, i) => {
    const path = `ports[${i}]`
    const errors: FieldError[] = []
    const { name = '', protocol, appProtocol } = port
    if (name !== '') errors.push(...each(`${path}.name`, name, dns1123LabelErrors(name)))
    if (names.has(name)) errors.push(duplicate(`${path}.name`, name))
    names.add(name)
    if (protocol === undefined) errors.push(required(`${path}.protocol`))
    else if (!PROTOCOLS.includes(protocol)) {
      errors.push(notSupported(`${path}.protocol`, protocol, PROTOCOLS))
    }
    if (appProtocol !== undefined) {
      errors.push(...each(`${path}.appProtocol`, appProtocol, qualifiedNameErrors(appProtocol)))
    }
    return errors
  })
}
