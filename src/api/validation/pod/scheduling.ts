import type { DeepReadonly } from '../../../base/index.ts'
import type {
  Affinity,
  NodeSelectorRequirement,
  NodeSelectorTerm,
  PodAffinityTerm,
  PodSpec,
  Toleration,
  TopologySpreadConstraint,
} from '../../core/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { labelValueErrors, qualifiedNameErrors } from '../names.ts'
import { each, oneOf } from './common.ts'

const EFFECTS = ['NoSchedule', 'PreferNoSchedule', 'NoExecute']

export function validateTolerations(
  tolerations: readonly DeepReadonly<Toleration>[],
  path: string,
): FieldError[] {
  return tolerations.flatMap((toleration, i) => {
    const at = `${path}[${i}]`
    const { key, operator = '', value = '', effect, tolerationSeconds } = toleration
    const errors: FieldError[] = []
    if (key) errors.push(...each(`${at}.key`, key, qualifiedNameErrors(key)))
    if (!key && operator !== 'Exists') {
      const detail =
        'operator must be Exists when `key` is empty, which means "match all values and all keys"'
      errors.push(invalid(`${at}.operator`, operator, detail))
    }
    if (tolerationSeconds !== undefined && effect !== 'NoExecute') {
      const detail = "effect must be 'NoExecute' when `tolerationSeconds` is set"
      errors.push(invalid(`${at}.effect`, effect ?? '', detail))
    }
    if (operator === '' || operator === 'Equal') {
      errors.push(...each(`${at}.operator`, value, labelValueErrors(value).slice(0, 1)))
    } else if (operator === 'Exists') {
      if (value !== '') {
        errors.push(
          invalid(`${at}.operator`, value, "value must be empty when `operator` is 'Exists'"),
        )
      }
    } else errors.push(notSupported(`${at}.operator`, operator, ['Equal', 'Exists']))
    if (effect && !EFFECTS.includes(effect)) {
      errors.push(notSupported(`${at}.effect`, effect, EFFECTS))
    }
    return errors
  })
}

export function validateAffinity(affinity: DeepReadonly<Affinity>, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { nodeAffinity, podAffinity, podAntiAffinity } = affinity
  if (nodeAffinity) {
    const at = `${path}.nodeAffinity`
    const requiredAt = `${at}.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms`
    const terms = nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
    if (terms?.length === 0) {
      errors.push(required(requiredAt, 'must have at least one node selector term'))
    }
    terms?.forEach((term, i) => errors.push(...validateNodeTerm(term, `${requiredAt}[${i}]`)))
    nodeAffinity.preferredDuringSchedulingIgnoredDuringExecution?.forEach((preferred, i) => {
      const item = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`
      errors.push(...validateWeight(preferred.weight, item))
      errors.push(...validateNodeTerm(preferred.preference, `${item}.preference`))
    })
  }
  const pods: [DeepReadonly<NonNullable<Affinity['podAffinity']>> | undefined, string][] = [
    [podAffinity, `${path}.podAffinity`],
    [podAntiAffinity, `${path}.podAntiAffinity`],
  ]
  for (const [given, at] of pods) {
    given?.requiredDuringSchedulingIgnoredDuringExecution?.forEach((term, i) => {
      const item = `${at}.requiredDuringSchedulingIgnoredDuringExecution[${i}]`
      errors.push(...validatePodTerm(term, item))
    })
    given?.preferredDuringSchedulingIgnoredDuringExecution?.forEach((weighted, i) => {
      const item = `${at}.preferredDuringSchedulingIgnoredDuringExecution[${i}]`
      errors.push(...validateWeight(weighted.weight, item))
      errors.push(...validatePodTerm(weighted.podAffinityTerm, `${item}.podAffinityTerm`))
    })
  }
  return errors
}

function validateWeight(weight: number, path: string): FieldError[] {
  if (weight > 0 && weight <= 100) return []
  return [invalid(`${path}.weight`, weight, 'must be in the range 1-100')]
}

function validatePodTerm(term: DeepReadonly<PodAffinityTerm>, path: string): FieldError[] {
  if (!term.topologyKey) return [required(`${path}.topologyKey`, 'can not be empty')]
  return each(`${path}.topologyKey`, term.topologyKey, qualifiedNameErrors(term.topologyKey))
}

export function validateNodeTerm(term: DeepReadonly<NodeSelectorTerm>, path: string): FieldError[] {
  const expressions = (term.matchExpressions ?? []).flatMap((requirement, i) => {
    const at = `${path}.matchExpressions[${i}]`
    const errors = validateValues(requirement, at)
    return [...errors, ...each(`${at}.key`, requirement.key, qualifiedNameErrors(requirement.key))]
  })
  const fields = (term.matchFields ?? []).flatMap((requirement, i) => {
    const at = `${path}.matchFields[${i}]`
    const errors: FieldError[] = []
    if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
      if (requirement.values?.length !== 1) {
        const detail =
          'must be only one value when `operator` is "In" or "NotIn" for node field selector'
        errors.push(required(`${at}.values`, detail))
      }
    } else {
      const detail = 'not a valid selector operator'
      errors.push(invalid(`${at}.operator`, requirement.operator, detail))
    }
    if (requirement.key !== 'metadata.name') {
      errors.push(invalid(`${at}.key`, requirement.key, 'not a valid field selector key'))
    }
    return errors
  })
  return [...expressions, ...fields]
}

function validateValues(
  { operator, values = [] }: DeepReadonly<NodeSelectorRequirement>,
  path: string,
): FieldError[] {
  const at = `${path}.values`
  switch (operator) {
    case 'In':
    case 'NotIn':
      if (values.length > 0) return []
      return [required(at, "must be specified when `operator` is 'In' or 'NotIn'")]
    case 'Exists':
    case 'DoesNotExist':
      if (values.length === 0) return []
      return [forbidden(at, "may not be specified when `operator` is 'Exists' or 'DoesNotExist'")]
    case 'Gt':
    case 'Lt':
      if (values.length === 1) return []
      return [required(at, "must be specified single value when `operator` is 'Lt' or 'Gt'")]
    default:
      return [invalid(`${path}.operator`, operator, 'not a valid selector operator')]
  }
}

const SPREAD_ACTIONS = ['DoNotSchedule', 'ScheduleAnyway']

export function validateSpread(
  constraints: readonly DeepReadonly<TopologySpreadConstraint>[],
  path: string,
): FieldError[] {
  const seen = new Set<string>()
  return constraints.flatMap((constraint, i) => {
    const at = `${path}[${i}]`
    const { maxSkew, topologyKey, whenUnsatisfiable, minDomains } = constraint
    const errors: FieldError[] = []
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero'))
    if (!topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'))
    errors.push(...oneOf(`${at}.whenUnsatisfiable`, whenUnsatisfiable, SPREAD_ACTIONS))
    const pair = `{${topologyKey}, ${whenUnsatisfiable}}`
    if (seen.has(pair)) errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair))
    seen.add(pair)
    if (minDomains !== undefined && minDomains <= 0) {
      errors.push(invalid(`${at}.minDomains`, minDomains, 'must be greater than zero'))
    }
    return errors
  })
}

export function validateGates(spec: DeepReadonly<PodSpec>, path: string): FieldError[] {
  const errors: FieldError[] = []
  spec.readinessGates?.forEach(({ conditionType }, i) => {
    const at = `${path}.readinessGates[${i}].conditionType`
    errors.push(...each(at, conditionType, qualifiedNameErrors(conditionType)))
  })
  const names = new Set<string>()
  spec.schedulingGates?.forEach(({ name }, i) => {
    const at = `${path}.schedulingGates[${i}]`
    errors.push(...each(at, name, qualifiedNameErrors(name)))
    if (names.has(name)) errors.push(duplicate(at, name))
    names.add(name)
  })
  return errors
}
