import type { DeepReadonly } from '../../base/index.ts'
import type { LimitRange, LimitRangeItem } from '../core/index.ts'
import { canonicalQuantity, compareQuantities, quantityMilliValue } from '../quantity/index.ts'
import type { FieldError } from '../schema/index.ts'
import { duplicate, forbidden, invalid, required } from './field-errors.ts'
import { qualifiedNameErrors } from './names.ts'
import { each } from './pod/common.ts'
import { validateContainerResource } from './pod/resources.ts'
import { goQuantity, validateResourceName } from './quantities.ts'

const STANDARD_TYPES = ['Pod', 'Container', 'PersistentVolumeClaim']
const CONTAINER_RESOURCES = ['cpu', 'memory', 'ephemeral-storage']
const PARTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'] as const

export function validateLimitRange({ spec }: DeepReadonly<LimitRange>): FieldError[] {
  const types = new Set<string>()
  return (spec?.limits ?? []).flatMap((item, i) => {
    const path = `spec.limits[${i}]`
    const errors = validateType(item.type, `${path}.type`)
    if (types.has(item.type)) errors.push(duplicate(`${path}.type`, item.type))
    types.add(item.type)
    errors.push(...validateNames(item, path))
    const names = new Set(PARTS.flatMap((part) => Object.keys(item[part] ?? {})))
    for (const name of names) errors.push(...validateAmounts(item, name, path))
    return errors
  })
}

function validateType(type: string, path: string): FieldError[] {
  const errors = each(path, type, qualifiedNameErrors(type))
  if (errors.length > 0 || type.includes('/') || STANDARD_TYPES.includes(type)) return errors
  return [invalid(path, type, 'must be a standard limit type or fully qualified')]
}

function validateNames(item: DeepReadonly<LimitRangeItem>, path: string): FieldError[] {
  const ofContainers = item.type === 'Pod' || item.type === 'Container'
  const validate = ofContainers ? validateContainerResource : validateResourceName
  const errors: FieldError[] = []
  const isPod = item.type === 'Pod'
  for (const part of PARTS) {
    const ofPod = isPod && (part === 'default' || part === 'defaultRequest')
    const names = Object.keys(item[part] ?? {})
    if (ofPod && names.length > 0) {
      errors.push(forbidden(`${path}.${part}`, "may not be specified when `type` is 'Pod'"))
      continue
    }
    for (const name of names) {
      const at = `${path}.${part}[${name}]`
      errors.push(...validate(name, at))
    }
  }
  const { min = {}, max = {} } = item
  if (item.type === 'PersistentVolumeClaim' && !('storage' in min) && !('storage' in max)) {
    const detail = 'either minimum or maximum storage value is required, but neither was provided'
    errors.push(required(`${path}.limits`, detail))
  }
  return errors
}

/** The amounts of one resource fit together. The words are upstream's. */
function validateAmounts(
  item: DeepReadonly<LimitRangeItem>,
  name: string,
  path: string,
): FieldError[] {
  const amount = (part: (typeof PARTS)[number]) => {
    const amounts = item[part] ?? {}
    return Object.hasOwn(amounts, name) ? amounts[name] : undefined
  }
  const errors: FieldError[] = []
  const [min, max, limit] = [amount('min'), amount('max'), amount('default')]
  const request = amount('defaultRequest')
  const check = (
    part: (typeof PARTS)[number],
    shown: string | undefined,
    [low, what]: readonly [string | undefined, string],
    [high, than]: readonly [string | undefined, string],
  ) => {
    if (low === undefined || high === undefined || shown === undefined) return
    if (compareQuantities(low, high) <= 0) return
    const texts = [canonicalQuantity(low), canonicalQuantity(high)]
    const detail = `${what} value ${texts[0]} is greater than ${than} value ${texts[1]}`
    errors.push(invalid(`${path}.${part}[${name}]`, goQuantity(shown), detail))
  }
  check('min', min, [min, 'min'], [max, 'max'])
  check('defaultRequest', request, [min, 'min'], [request, 'default request'])
  check('defaultRequest', request, [request, 'default request'], [max, 'max'])
  check('defaultRequest', request, [request, 'default request'], [limit, 'default limit'])
  check('default', min, [min, 'min'], [limit, 'default'])
  check('default', max, [limit, 'default'], [max, 'max'])
  errors.push(
    ...validateRatio(amount('maxLimitRequestRatio'), `${path}.maxLimitRequestRatio[${name}]`, {
      min,
      max,
    }),
  )
  const fixed = !CONTAINER_RESOURCES.includes(name) && name !== 'storage'
  if (fixed && limit !== undefined && request !== undefined) {
    if (compareQuantities(limit, request) !== 0) {
      const texts = [canonicalQuantity(limit), canonicalQuantity(request)]
      const detail = `default value ${texts[0]} must equal to defaultRequest value ${texts[1]} in ${name}`
      errors.push(invalid(`${path}.default[${name}]`, goQuantity(limit), detail))
    }
  }
  return errors
}

function validateRatio(
  ratio: string | undefined,
  path: string,
  { min, max }: { min: string | undefined; max: string | undefined },
): FieldError[] {
  if (ratio === undefined) return []
  const errors: FieldError[] = []
  const text = canonicalQuantity(ratio)
  if (compareQuantities(ratio, '1') < 0) {
    errors.push(invalid(path, goQuantity(ratio), `ratio ${text} is less than 1`))
  }
  if (min === undefined || max === undefined) return errors
  const most = quantityMilliValue(max) / quantityMilliValue(min)
  if (quantityMilliValue(ratio) / 1000 > most) {
    const detail = `ratio ${text} is greater than max/min = ${most.toFixed(6)}`
    errors.push(invalid(path, goQuantity(ratio), detail))
  }
  return errors
}
