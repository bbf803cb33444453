import type { DeepReadonly } from '../../base/index.ts'
import type {
  JobSpec,
  PodFailurePolicyOnExitCodesRequirement,
  PodFailurePolicyRule,
  SuccessPolicyRule,
} from '../batch/index.ts'
import { checkIndexes } from '../helpers/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  duplicate,
  GoText,
  invalid,
  invalidWhole,
  notSupported,
  required,
  tooLong,
  tooMany,
} from './field-errors.ts'
import { qualifiedNameErrors } from './names.ts'
import { each, nonNegative } from './pod/common.ts'

const ACTIONS = ['Count', 'FailIndex', 'FailJob', 'Ignore']
const OPERATORS = ['In', 'NotIn']
const STATUSES = ['False', 'True', 'Unknown']
const REPLACEMENTS = ['Failed', 'TerminatingOrFailed']

const RULES_MAX = 20
const PATTERNS_MAX = 20
const EXIT_CODES_MAX = 255
const INDEXES_TEXT_MAX = 64 * 1024

type ReadSpec = DeepReadonly<JobSpec>

const quoted = (names: readonly string[]) =>
  `valid values: [${names.map((name) => JSON.stringify(name)).join(' ')}]`

export function validatePodFailurePolicy(spec: ReadSpec, path: string): FieldError[] {
  const rules = spec.podFailurePolicy?.rules ?? []
  const errors: FieldError[] = []
  if (rules.length > RULES_MAX) errors.push(tooMany(`${path}.rules`, rules.length, RULES_MAX))
  rules.forEach((rule, i) => errors.push(...validateRule(spec, rule, `${path}.rules[${i}]`)))
  return errors
}

function validateRule(
  spec: ReadSpec,
  rule: DeepReadonly<PodFailurePolicyRule>,
  path: string,
): FieldError[] {
  const { action, onExitCodes, onPodConditions = [] } = rule
  const errors: FieldError[] = []
  if (action === '') errors.push(required(`${path}.action`, quoted(ACTIONS)))
  else if (action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) {
    const detail = 'requires the backoffLimitPerIndex to be set'
    errors.push(invalid(`${path}.action`, action, detail))
  } else if (!ACTIONS.includes(action)) {
    errors.push(notSupported(`${path}.action`, action, ACTIONS))
  }
  if (onExitCodes) errors.push(...validateExitCodes(spec, onExitCodes, `${path}.onExitCodes`))
  errors.push(...validatePatterns(onPodConditions, `${path}.onPodConditions`))
  const hasPatterns = onPodConditions.length > 0
  const which = onExitCodes ? 'both' : 'one of'
  if (Boolean(onExitCodes) === hasPatterns) {
    const rest = onExitCodes ? 'is not supported' : 'is required'
    const detail = `specifying ${which} OnExitCodes and OnPodConditions ${rest}`
    errors.push(invalidWhole(path, detail))
  }
  return errors
}

function validateExitCodes(
  spec: ReadSpec,
  requirement: DeepReadonly<PodFailurePolicyOnExitCodesRequirement>,
  path: string,
): FieldError[] {
  const { operator, containerName, values } = requirement
  const errors: FieldError[] = []
  if (operator === '') errors.push(required(`${path}.operator`, quoted(OPERATORS)))
  else if (!OPERATORS.includes(operator)) {
    errors.push(notSupported(`${path}.operator`, operator, OPERATORS))
  }
  const { containers = [], initContainers = [] } = spec.template?.spec ?? {}
  const names = [...containers, ...initContainers].map((container) => container.name)
  if (containerName !== undefined && !names.includes(containerName)) {
    const detail = 'must be one of the container or initContainer names in the pod template'
    errors.push(invalid(`${path}.containerName`, containerName, detail))
  }
  const at = `${path}.values`
  const shown = new GoText(values.length === 0 ? '[]int32(nil)' : `[]int32{${values.join(', ')}}`)
  if (values.length === 0) errors.push(invalid(at, shown, 'at least one value is required'))
  if (values.length > EXIT_CODES_MAX) errors.push(tooMany(at, values.length, EXIT_CODES_MAX))
  values.forEach((value, i) => {
    if (operator === 'In' && value === 0) {
      errors.push(invalid(`${at}[${i}]`, value, 'must not be 0 for the In operator'))
    }
    if (values.indexOf(value) < i) errors.push(duplicate(`${at}[${i}]`, value))
  })
  const isOrdered = values.every((value, i) => i === 0 || (values[i - 1] ?? 0) <= value)
  if (!isOrdered) errors.push(invalid(at, shown, 'must be ordered'))
  return errors
}

function validatePatterns(
  patterns: NonNullable<DeepReadonly<PodFailurePolicyRule>['onPodConditions']>,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (patterns.length > PATTERNS_MAX) errors.push(tooMany(path, patterns.length, PATTERNS_MAX))
  patterns.forEach(({ type, status = '' }, i) => {
    errors.push(...each(`${path}[${i}].type`, type, qualifiedNameErrors(type)))
    if (status === '') errors.push(required(`${path}[${i}].status`, quoted(STATUSES)))
    else if (!STATUSES.includes(status)) {
      errors.push(notSupported(`${path}[${i}].status`, status, STATUSES))
    }
  })
  return errors
}

export function validateSuccessPolicy(spec: ReadSpec, path: string): FieldError[] {
  const rules = spec.successPolicy?.rules ?? []
  const errors: FieldError[] = []
  if (rules.length === 0) {
    const detail = 'at least one rules must be specified when the successPolicy is specified'
    errors.push(required(`${path}.rules`, detail))
  }
  if (rules.length > RULES_MAX) errors.push(tooMany(`${path}.rules`, rules.length, RULES_MAX))
  rules.forEach((rule, i) => {
    errors.push(...validateSuccessRule(rule, spec.completions ?? 0, `${path}.rules[${i}]`))
  })
  return errors
}

function validateSuccessRule(
  { succeededCount, succeededIndexes }: DeepReadonly<SuccessPolicyRule>,
  completions: number,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (succeededCount === undefined && succeededIndexes === undefined) {
    const detail = 'at least one of succeededCount or succeededIndexes must be specified'
    errors.push(required(path, detail))
  }
  let total: number | undefined
  if (succeededIndexes !== undefined) {
    const at = `${path}.succeededIndexes`
    if (succeededIndexes.length > INDEXES_TEXT_MAX) errors.push(tooLong(at, INDEXES_TEXT_MAX))
    const checked = checkIndexes(succeededIndexes, completions)
    if ('total' in checked) total = checked.total
    else {
      const detail = `error parsing succeededIndexes: ${checked.error}`
      errors.push(invalid(at, succeededIndexes, detail))
    }
  }
  if (succeededCount === undefined) return errors
  const at = `${path}.succeededCount`
  errors.push(...nonNegative(at, succeededCount))
  if (succeededCount > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`
    errors.push(invalid(at, succeededCount, detail))
  }
  if (succeededIndexes !== undefined && succeededCount > (total ?? 0)) {
    const of = 'the number of indexes in the specified succeededIndexes field'
    errors.push(invalid(at, succeededCount, `must be less than or equal to ${total ?? 0} (${of})`))
  }
  return errors
}

export function validateReplacementPolicy(spec: ReadSpec, path: string): FieldError[] {
  const { podReplacementPolicy: policy, podFailurePolicy } = spec
  if (policy === undefined) return []
  const supported = podFailurePolicy ? ['Failed'] : REPLACEMENTS
  return supported.includes(policy) ? [] : [notSupported(path, policy, supported)]
}
