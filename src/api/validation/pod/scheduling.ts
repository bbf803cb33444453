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
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  labelValueErrors,
  qualifiedNameErrors,
} from '../names.ts'
import { validateLabelSelector } from '../label-selector.ts'
import { each } from './common.ts'

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
      const faults = labelValueErrors(value)
      if (faults.length > 0) errors.push(invalid(`${at}.operator`, value, faults.join(';')))
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
    if (nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution && !terms?.length) {
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
  const { labelSelector, namespaceSelector, namespaces = [], topologyKey } = term
  const errors: FieldError[] = []
  if (labelSelector) errors.push(...validateLabelSelector(labelSelector, `${path}.labelSelector`))
  if (namespaceSelector) {
    errors.push(...validateLabelSelector(namespaceSelector, `${path}.namespaceSelector`))
  }
  for (const name of namespaces) {
    errors.push(...each(`${path}.namespace`, name, dns1123LabelErrors(name)))
  }
  errors.push(...validateLabelKeys(term, path))
  const at = `${path}.topologyKey`
  if (topologyKey === '') errors.push(required(at, 'can not be empty'))
  return [...errors, ...each(at, topologyKey, qualifiedNameErrors(topologyKey))]
}

/** Labels whose values the selector is to have, or not to have, in common with the pod. */
function validateLabelKeys(term: DeepReadonly<PodAffinityTerm>, path: string): FieldError[] {
  const { labelSelector, matchLabelKeys = [], mismatchLabelKeys = [] } = term
  const errors: FieldError[] = []
  for (const [field, keys] of Object.entries({ matchLabelKeys, mismatchLabelKeys })) {
    const at = `${path}.${field}`
    if (keys.length > 0 && !labelSelector) {
      errors.push(forbidden(at, 'must not be specified when labelSelector is not set'))
    } else
      keys.forEach((key, i) => errors.push(...each(`${at}[${i}]`, key, qualifiedNameErrors(key))))
  }
  const selected = new Set(Object.keys(labelSelector?.matchLabels ?? {}))
  for (const { key } of labelSelector?.matchExpressions ?? []) {
    if (matchLabelKeys.includes(key) && selected.has(key)) {
      const detail = 'exists in both matchLabelKeys and labelSelector'
      errors.push(invalid(`${path}[${matchLabelKeys.lastIndexOf(key)}]`, key, detail))
    }
    selected.add(key)
  }
  for (const [i, key] of matchLabelKeys.entries()) {
    if (!mismatchLabelKeys.includes(key)) continue
    const detail = 'exists in both matchLabelKeys and mismatchLabelKeys'
    errors.push(invalid(`${path}.matchLabelKeys[${i}]`, key, detail))
  }
  return errors
}

/** Values that no label can have are let pass. */
export function validateNodeTerm(term: DeepReadonly<NodeSelectorTerm>, path: string): FieldError[] {
  const expressions = (term.matchExpressions ?? []).flatMap((requirement, i) => {
    const at = `${path}.matchExpressions[${i}]`
    const errors = validateValues(requirement, at)
    errors.push(...each(`${at}.key`, requirement.key, qualifiedNameErrors(requirement.key)))
    return errors
  })
  const fields = (term.matchFields ?? []).flatMap((requirement, i) => {
    const at = `${path}.matchFields[${i}]`
    const errors: FieldError[] = []
    if (requirement.operator === 'In' || requirement.operator === 'NotIn') {
      if (requirement.values?.length !== 1) {
        const detail =
          "must be only one value when `operator` is 'In' or 'NotIn' for node field selector"
        errors.push(required(`${at}.values`, detail))
      }
    } else {
      const detail = 'not a valid selector operator'
      errors.push(invalid(`${at}.operator`, requirement.operator, detail))
    }
    if (requirement.key !== 'metadata.name') {
      errors.push(invalid(`${at}.key`, requirement.key, 'not a valid field selector key'))
      return errors
    }
    const names = (requirement.values ?? []).flatMap((value, k) =>
      each(`${at}.values[${k}]`, value, dns1123SubdomainErrors(value)),
    )
    return [...errors, ...names]
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
const NODE_POLICIES = ['Honor', 'Ignore']

export function validateSpread(
  constraints: readonly DeepReadonly<TopologySpreadConstraint>[],
  path: string,
): FieldError[] {
  const pairs = constraints.map((c) => `{${c.topologyKey}, ${c.whenUnsatisfiable}}`)
  return constraints.flatMap((constraint, i) => {
    const at = `${path}[${i}]`
    const { maxSkew, topologyKey, whenUnsatisfiable: action } = constraint
    const errors: FieldError[] = []
    if (maxSkew <= 0) errors.push(invalid(`${at}.maxSkew`, maxSkew, 'must be greater than zero'))
    if (!topologyKey) errors.push(required(`${at}.topologyKey`, 'can not be empty'))
    if (!SPREAD_ACTIONS.includes(action)) {
      errors.push(notSupported(`${at}.whenUnsatisfiable`, action, SPREAD_ACTIONS))
    }
    const pair = pairs[i] ?? ''
    if (pairs.includes(pair, i + 1)) {
      errors.push(duplicate(`${at}.{topologyKey, whenUnsatisfiable}`, pair))
    }
    errors.push(...validateMinDomains(constraint, `${at}.minDomains`))
    for (const field of ['nodeAffinityPolicy', 'nodeTaintsPolicy'] as const) {
      const policy = constraint[field]
      if (policy === undefined || NODE_POLICIES.includes(policy)) continue
      errors.push(notSupported(`${at}.${field}`, policy, NODE_POLICIES))
    }
    return [...errors, ...validateSpreadLabels(constraint, at)]
  })
}

function validateMinDomains(
  { minDomains, whenUnsatisfiable: action }: DeepReadonly<TopologySpreadConstraint>,
  path: string,
): FieldError[] {
  if (minDomains === undefined) return []
  const errors = minDomains > 0 ? [] : [invalid(path, minDomains, 'must be greater than zero')]
  if (action === 'DoNotSchedule') return errors
  const detail = `can only use minDomains if whenUnsatisfiable=DoNotSchedule, not ${action}`
  return [...errors, invalid(path, minDomains, detail)]
}

function validateSpreadLabels(
  { matchLabelKeys = [], labelSelector }: DeepReadonly<TopologySpreadConstraint>,
  path: string,
): FieldError[] {
  const at = `${path}.matchLabelKeys`
  const errors: FieldError[] = []
  if (matchLabelKeys.length > 0 && !labelSelector) {
    errors.push(forbidden(at, 'must not be specified when labelSelector is not set'))
  }
  const selected = [
    ...Object.keys(labelSelector?.matchLabels ?? {}),
    ...(labelSelector?.matchExpressions ?? []).map((expression) => expression.key),
  ]
  for (const [i, key] of matchLabelKeys.entries()) {
    errors.push(...each(`${at}[${i}]`, key, qualifiedNameErrors(key)))
    if (!selected.includes(key)) continue
    errors.push(invalid(`${at}[${i}]`, key, 'exists in both matchLabelKeys and labelSelector'))
  }
  if (!labelSelector) return errors
  return [...errors, ...validateLabelSelector(labelSelector, `${path}.labelSelector`)]
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
