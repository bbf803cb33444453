import type { DeepReadonly } from '../../base/index.ts'
import type { LabelSelector } from '../meta/index.ts'
import type { FieldError } from '../schema/index.ts'
import { forbidden, invalid, required } from './field-errors.ts'
import { labelValueErrors, qualifiedNameErrors } from './names.ts'
import { each } from './pod/common.ts'

/** A label selector's faults. */
export function validateLabelSelector(
  selector: DeepReadonly<LabelSelector>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    errors.push(...each(`${path}.matchLabels`, key, qualifiedNameErrors(key)))
    errors.push(...each(`${path}.matchLabels`, value, labelValueErrors(value)))
  }
  selector.matchExpressions?.forEach(({ key, operator, values }, i) => {
    const at = `${path}.matchExpressions[${i}]`
    const count = values?.length ?? 0
    if (operator === 'In' || operator === 'NotIn') {
      if (count === 0) {
        errors.push(
          required(`${at}.values`, "must be specified when `operator` is 'In' or 'NotIn'"),
        )
      }
    } else if (operator === 'Exists' || operator === 'DoesNotExist') {
      if (count > 0) {
        const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
        errors.push(forbidden(`${at}.values`, detail))
      }
    } else errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'))
    errors.push(...each(`${at}.key`, key, qualifiedNameErrors(key)))
    values?.forEach((value, k) => {
      errors.push(...each(`${at}.values[${k}]`, value, labelValueErrors(value)))
    })
  })
  return errors
}

/** Whether things can be selected by it. */
export function isUsableSelector(selector: DeepReadonly<LabelSelector>): boolean {
  return validateLabelSelector(selector, '').length === 0
}

export function isEmptySelector(selector: DeepReadonly<LabelSelector> | undefined): boolean {
  return (
    Object.keys(selector?.matchLabels ?? {}).length === 0 && !selector?.matchExpressions?.length
  )
}
