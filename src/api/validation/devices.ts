import type { DeepReadonly } from '../../base/index.ts'
import {
  type DeviceClass,
  type DeviceClassSpec,
  type DeviceRequest,
  ResourceClaim,
  type ResourceClaimSpec,
  ResourceClaimStatus,
  ResourceClaimTemplate,
  type ResourceSlice,
} from '../resource/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import {
  duplicate,
  forbidden,
  invalid,
  notSupported,
  required,
  tooLong,
  tooMany,
} from './field-errors.ts'
import { goFieldText } from './go-text.ts'
import { IMMUTABLE_ERROR, validateKept } from './metadata.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from './names.ts'
import { each } from './pod/common.ts'

const DRIVER_NAME_MAX = 63
const SELECTORS_MAX = 32
const REQUESTS_MAX = 32
const CONFIGS_MAX = 32
const CONSTRAINTS_MAX = 32
const SUBREQUESTS_MAX = 8
const RESERVED_MAX = 256
const DEVICES_MAX = 128
const EXPRESSION_LENGTH_MAX = 10 * 1024
const POOL_NAME_MAX = 253
const ALLOCATION_MODES = ['All', 'ExactCount']

type Selectors = DeepReadonly<DeviceClassSpec>['selectors']
type Configs = DeepReadonly<DeviceClassSpec>['config']

export function validateDeviceClass({ spec }: DeepReadonly<DeviceClass>): FieldError[] {
  return [
    ...validateSelectors(spec.selectors, 'spec.selectors'),
    ...validateConfigs(spec.config, 'spec.config'),
  ]
}

function validateSelectors(selectors: Selectors = [], path: string): FieldError[] {
  const many = selectors.length > SELECTORS_MAX
  const errors = many ? [tooMany(path, selectors.length, SELECTORS_MAX)] : []
  for (const [i, { cel }] of selectors.entries()) {
    const at = `${path}[${i}].cel`
    if (!cel) errors.push(required(at))
    else if (!cel.expression) errors.push(required(`${at}.expression`))
    else if (cel.expression.length > EXPRESSION_LENGTH_MAX) {
      errors.push(tooLong(`${at}.expression`, EXPRESSION_LENGTH_MAX))
    }
  }
  return errors
}

function validateConfigs(configs: Configs = [], path: string): FieldError[] {
  const many = configs.length > CONFIGS_MAX
  const errors = many ? [tooMany(path, configs.length, CONFIGS_MAX)] : []
  for (const [i, { opaque }] of configs.entries()) {
    const at = `${path}[${i}].opaque`
    if (!opaque) {
      errors.push(required(at))
      continue
    }
    errors.push(...validateDriver(opaque.driver, `${at}.driver`))
    if (opaque.parameters === undefined || opaque.parameters === null) {
      errors.push(required(`${at}.parameters`))
    }
  }
  return errors
}

function validateDriver(name: string, path: string): FieldError[] {
  if (!name) return [required(path)]
  const errors = name.length > DRIVER_NAME_MAX ? [tooLong(path, DRIVER_NAME_MAX)] : []
  return [...errors, ...each(path, name, dns1123SubdomainErrors(name))]
}

export function validateResourceClaim({ spec }: DeepReadonly<ResourceClaim>): FieldError[] {
  return validateClaimDevices(spec, 'spec')
}

export function validateResourceClaimTemplate({
  spec,
}: DeepReadonly<ResourceClaimTemplate>): FieldError[] {
  return validateClaimDevices(spec.spec, 'spec.spec')
}

function validateClaimDevices(spec: DeepReadonly<ResourceClaimSpec>, at: string): FieldError[] {
  const { requests = [], constraints = [], config = [] } = spec.devices ?? {}
  const path = `${at}.devices`
  const errors: FieldError[] = []
  if (requests.length > REQUESTS_MAX) {
    errors.push(tooMany(`${path}.requests`, requests.length, REQUESTS_MAX))
  }
  const names = new Set<string>()
  for (const [i, request] of requests.entries()) {
    errors.push(...validateRequest(request, `${path}.requests[${i}]`))
    if (names.has(request.name)) errors.push(duplicate(`${path}.requests[${i}].name`, request.name))
    names.add(request.name)
    for (const { name } of request.firstAvailable ?? []) names.add(`${request.name}/${name}`)
  }
  const named = (requested: readonly string[] = [], where: string) =>
    requested.flatMap((name, i) =>
      names.has(name) ? [] : [invalid(`${where}[${i}]`, name, UNKNOWN_REQUEST)],
    )
  if (constraints.length > CONSTRAINTS_MAX) {
    errors.push(tooMany(`${path}.constraints`, constraints.length, CONSTRAINTS_MAX))
  }
  for (const [i, { requests: of, matchAttribute, distinctAttribute }] of constraints.entries()) {
    errors.push(...named(of, `${path}.constraints[${i}].requests`))
    if (matchAttribute === undefined && distinctAttribute === undefined) {
      errors.push(required(`${path}.constraints[${i}].matchAttribute`))
    }
  }
  errors.push(...validateConfigs(config, `${path}.config`))
  for (const [i, { requests: of }] of config.entries()) {
    errors.push(...named(of, `${path}.config[${i}].requests`))
  }
  return errors
}

const UNKNOWN_REQUEST =
  "must be the name of a request in the claim or the name of a request and a subrequest separated by '/'"

function validateRequest(request: DeepReadonly<DeviceRequest>, path: string): FieldError[] {
  const { name, exactly, firstAvailable = [] } = request
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${path}.name`))
  else errors.push(...each(`${path}.name`, name, dns1123LabelErrors(name)))
  if (exactly && firstAvailable.length > 0) {
    errors.push(invalid(path, '', 'exactly one of `exactly` or `firstAvailable` must be specified'))
  } else if (exactly) errors.push(...validateExact(exactly, `${path}.exactly`))
  else if (firstAvailable.length === 0) {
    errors.push(required(path, 'exactly one of `exactly` or `firstAvailable` is required'))
  }
  if (firstAvailable.length > SUBREQUESTS_MAX) {
    errors.push(tooMany(`${path}.firstAvailable`, firstAvailable.length, SUBREQUESTS_MAX))
  }
  const names = new Set<string>()
  for (const [i, part] of firstAvailable.entries()) {
    const at = `${path}.firstAvailable[${i}]`
    if (!part.name) errors.push(required(`${at}.name`))
    else errors.push(...each(`${at}.name`, part.name, dns1123LabelErrors(part.name)))
    if (names.has(part.name)) errors.push(duplicate(`${at}.name`, part.name))
    names.add(part.name)
    errors.push(...validateExact(part, at))
  }
  return errors
}

function validateExact(
  of: Omit<NonNullable<DeepReadonly<DeviceRequest>['exactly']>, 'adminAccess'>,
  path: string,
): FieldError[] {
  const { deviceClassName, selectors, allocationMode = 'ExactCount', count } = of
  const errors: FieldError[] = []
  if (!deviceClassName) errors.push(required(`${path}.deviceClassName`))
  else {
    const faults = dns1123SubdomainErrors(deviceClassName)
    errors.push(...each(`${path}.deviceClassName`, deviceClassName, faults))
  }
  errors.push(...validateSelectors(selectors, `${path}.selectors`))
  if (!ALLOCATION_MODES.includes(allocationMode)) {
    errors.push(notSupported(`${path}.allocationMode`, allocationMode, ALLOCATION_MODES))
  } else if (allocationMode === 'All' && count !== undefined && count !== 0) {
    const detail = "must not be specified when allocationMode is 'All'"
    errors.push(invalid(`${path}.count`, count, detail))
  } else if (allocationMode === 'ExactCount' && (count ?? 1) <= 0) {
    errors.push(invalid(`${path}.count`, count, 'must be greater than zero'))
  }
  return errors
}

export function validateResourceClaimUpdate(
  claim: DeepReadonly<ResourceClaim>,
  old: DeepReadonly<ResourceClaim>,
): FieldError[] {
  if (semanticEqual(claim.spec, old.spec)) return []
  return [invalid('spec', goFieldText(ResourceClaim, 'spec', claim.spec), IMMUTABLE_ERROR)]
}

export function validateResourceClaimStatus(
  claim: DeepReadonly<ResourceClaim>,
  old: DeepReadonly<ResourceClaim>,
): FieldError[] {
  const { allocation, reservedFor = [] } = claim.status ?? {}
  const errors: FieldError[] = []
  if (reservedFor.length > RESERVED_MAX) {
    errors.push(tooMany('status.reservedFor', reservedFor.length, RESERVED_MAX))
  }
  const uids = new Set<string>()
  for (const [i, { resource, name, uid }] of reservedFor.entries()) {
    const path = `status.reservedFor[${i}]`
    if (!resource) errors.push(required(`${path}.resource`))
    if (!name) errors.push(required(`${path}.name`))
    if (!uid) errors.push(required(`${path}.uid`))
    if (uids.has(uid)) errors.push(duplicate(`${path}.uid`, uid))
    uids.add(uid)
  }
  if (reservedFor.length > 0 && !allocation) {
    const detail = 'may not be specified when `allocated` is not set'
    errors.push(forbidden('status.reservedFor', detail))
  }
  const before = old.status?.allocation
  if (before && allocation && !semanticEqual(before, allocation)) {
    const shown = goFieldText(ResourceClaimStatus, 'allocation', allocation)
    errors.push(invalid('status.allocation', shown, IMMUTABLE_ERROR))
  }
  return errors
}

export function validateResourceClaimTemplateUpdate(
  template: DeepReadonly<ResourceClaimTemplate>,
  old: DeepReadonly<ResourceClaimTemplate>,
): FieldError[] {
  if (semanticEqual(template.spec, old.spec)) return []
  return [
    invalid('spec', goFieldText(ResourceClaimTemplate, 'spec', template.spec), IMMUTABLE_ERROR),
  ]
}

export function validateResourceSlice({ spec }: DeepReadonly<ResourceSlice>): FieldError[] {
  const { driver, pool, nodeName, nodeSelector, allNodes, devices = [] } = spec
  const errors = validateDriver(driver, 'spec.driver')
  const { name, resourceSliceCount, generation } = pool
  if (!name) errors.push(required('spec.pool.name'))
  else if (name.length > POOL_NAME_MAX) errors.push(tooLong('spec.pool.name', POOL_NAME_MAX))
  else {
    for (const part of name.split('/')) {
      errors.push(...each('spec.pool.name', part, dns1123SubdomainErrors(part)))
    }
  }
  if (resourceSliceCount <= 0) {
    const path = 'spec.pool.resourceSliceCount'
    errors.push(invalid(path, resourceSliceCount, 'must be greater than zero'))
  }
  if (generation < 0) {
    const detail = 'must be greater than or equal to zero'
    errors.push(invalid('spec.pool.generation', generation, detail))
  }
  const where = [nodeName !== undefined, nodeSelector !== undefined, allNodes === true]
  const places = [...where, spec.perDeviceNodeSelection === true].filter(Boolean).length
  const needed = '`nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection`'
  if (places === 0) errors.push(required('spec', `exactly one of ${needed} is required`))
  if (places > 1) {
    errors.push(
      invalid('spec', '', `exactly one of ${needed} is required, but multiple fields are set`),
    )
  }
  if (nodeName !== undefined) {
    if (nodeName === '') errors.push(invalid('spec.nodeName', nodeName, 'must not be empty'))
    else errors.push(...each('spec.nodeName', nodeName, dns1123SubdomainErrors(nodeName)))
  }
  if (devices.length > DEVICES_MAX) {
    errors.push(tooMany('spec.devices', devices.length, DEVICES_MAX))
  }
  const names = new Set<string>()
  for (const [i, device] of devices.entries()) {
    const path = `spec.devices[${i}].name`
    if (!device.name) errors.push(required(path))
    else errors.push(...each(path, device.name, dns1123LabelErrors(device.name)))
    if (names.has(device.name)) errors.push(duplicate(path, device.name))
    names.add(device.name)
  }
  return errors
}

export function validateResourceSliceUpdate(
  slice: DeepReadonly<ResourceSlice>,
  old: DeepReadonly<ResourceSlice>,
): FieldError[] {
  return [
    ...validateResourceSlice(slice),
    ...validateKept(slice.spec.nodeName, old.spec.nodeName, 'spec.nodeName'),
    ...validateKept(slice.spec.driver, old.spec.driver, 'spec.driver'),
    ...validateKept(slice.spec.pool.name, old.spec.pool.name, 'spec.pool.name'),
  ]
}
