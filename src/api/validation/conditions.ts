import type { DeepReadonly } from '../../base/index.ts'
import type { Condition } from '../meta/index.ts'
import type { FieldError } from '../schema/index.ts'
import { duplicate, invalid, notSupported, required, tooLong } from './field-errors.ts'
import { patternError, qualifiedNameErrors } from './names.ts'
import { each } from './pod/common.ts'

const STATUSES = ['False', 'True', 'Unknown']
const REASON_BYTES_MAX = 1024
const MESSAGE_BYTES_MAX = 32 * 1024
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?'
const REASON_MESSAGE =
  'a condition reason must start with alphabetic character, optionally followed by a string of ' +
  "alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'"
const REASON_EXAMPLES = ['my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB']
const isReason = new RegExp(`^${REASON}$`)

/** Conditions of the common type (apimachinery `ValidateConditions`). */
export function validateConditions(
  conditions: readonly DeepReadonly<Condition>[],
  path: string,
): FieldError[] {
  return conditions.flatMap((condition, i) => {
    const at = `${path}[${i}]`
    const isFirst = conditions.findIndex(({ type }) => type === condition.type) === i
    const repeated = isFirst ? [] : [duplicate(`${at}.type`, condition.type)]
    return [...repeated, ...validateCondition(condition, at)]
  })
}

function validateCondition(condition: DeepReadonly<Condition>, path: string): FieldError[] {
  const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition
  const errors = each(`${path}.type`, type, qualifiedNameErrors(type))
  if (!STATUSES.includes(status)) errors.push(notSupported(`${path}.status`, status, STATUSES))
  if (observedGeneration < 0) {
    const detail = 'must be greater than or equal to zero'
    errors.push(invalid(`${path}.observedGeneration`, observedGeneration, detail))
  }
  if (!lastTransitionTime) errors.push(required(`${path}.lastTransitionTime`, 'must be set'))
  if (!reason) errors.push(required(`${path}.reason`, 'must be set'))
  else {
    if (!isReason.test(reason)) {
      const detail = patternError(REASON_MESSAGE, REASON, ...REASON_EXAMPLES)
      errors.push(invalid(`${path}.reason`, reason, detail))
    }
    if (Buffer.byteLength(reason) > REASON_BYTES_MAX) {
      errors.push(tooLong(`${path}.reason`, REASON_BYTES_MAX))
    }
  }
  if (Buffer.byteLength(message ?? '') > MESSAGE_BYTES_MAX) {
    errors.push(tooLong(`${path}.message`, MESSAGE_BYTES_MAX))
  }
  return errors
}
