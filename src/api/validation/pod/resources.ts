import type { DeepReadonly } from '../../../base/index.ts'
import type { ResourceRequirements } from '../../core/index.ts'
import { canonicalQuantity, compareQuantities } from '../../quantity/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { forbidden, invalid, required } from '../field-errors.ts'
import { qualifiedNameErrors } from '../names.ts'
import { each, NEGATIVE_ERROR } from './common.ts'

const STANDARD = ['cpu', 'memory', 'ephemeral-storage', 'storage']
const isHugePages = (name: string) => name.startsWith('hugepages-')
/** Resources that cannot be promised twice: request and limit must be equal. */
const isOvercommittable = (name: string) => STANDARD.includes(name)

/** Requests and limits of a container: known names, nothing negative, requests within limits. */
export function validateResources(
  resources: DeepReadonly<ResourceRequirements>,
  path: string,
): FieldError[] {
  const { limits = {}, requests = {} } = resources
  const errors: FieldError[] = []
  for (const [name, amount] of Object.entries(limits)) {
    errors.push(...validateAmount(name, amount, `${path}.limits[${name}]`))
  }
  for (const [name, amount] of Object.entries(requests)) {
    errors.push(...validateAmount(name, amount, `${path}.requests[${name}]`))
    const limit = Object.hasOwn(limits, name) ? limits[name] : undefined
    if (limit === undefined) {
      if (!isOvercommittable(name)) {
        errors.push(
          required(`${path}.limits`, 'Limit must be set for non overcommitable resources'),
        )
      }
    } else if (!isOvercommittable(name) && compareQuantities(amount, limit) !== 0) {
      const detail = `must be equal to ${name} limit of ${canonicalQuantity(limit)}`
      errors.push(invalid(`${path}.requests`, canonicalQuantity(amount), detail))
    } else if (compareQuantities(amount, limit) > 0) {
      const detail = `must be less than or equal to ${name} limit of ${canonicalQuantity(limit)}`
      errors.push(invalid(`${path}.requests`, canonicalQuantity(amount), detail))
    }
  }
  const names = [...Object.keys(limits), ...Object.keys(requests)]
  if (names.some(isHugePages) && !names.includes('cpu') && !names.includes('memory')) {
    errors.push(forbidden(path, 'HugePages require cpu or memory'))
  }
  return errors
}

function validateAmount(name: string, amount: string, path: string): FieldError[] {
  const errors = each(path, name, qualifiedNameErrors(name))
  if (!name.includes('/') && !STANDARD.includes(name) && !isHugePages(name)) {
    errors.push(invalid(path, name, 'must be a standard resource type or fully qualified'))
    errors.push(invalid(path, name, 'must be a standard resource for containers'))
  }
  if (compareQuantities(amount, '0') < 0) {
    errors.push(invalid(path, canonicalQuantity(amount), NEGATIVE_ERROR))
  }
  const isWhole = compareQuantities(amount, String(Math.trunc(Number.parseFloat(amount)))) === 0
  if (name.includes('/') && /^[-+\d.]+m?$/.test(amount) && !isWhole) {
    errors.push(invalid(path, canonicalQuantity(amount), 'must be an integer'))
  }
  return errors
}
