import type { DeepReadonly } from '../../base/index.ts'
import type { DeploymentSpec, DeploymentStrategy, ReplicaSetSpec } from '../apps/index.ts'
import type { PodTemplateSpec } from '../core/index.ts'
import type { LabelSelector } from '../meta/index.ts'
import type { FieldError } from '../schema/index.ts'
import { matchesLabelSelector } from '../selectors/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import {
  goIntOrString,
  goLabelSelector,
  goStringMap,
  invalid,
  notSupported,
  required,
} from './field-errors.ts'
import { labelValueErrors, percentErrors, qualifiedNameErrors } from './names.ts'
import { each, NEGATIVE_ERROR, nonNegative } from './pod/common.ts'
import { validatePodSpec } from './pod/pod-spec.ts'

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
        errors.push({
          type: 'FieldValueForbidden',
          field: `${at}.values`,
          detail: `Forbidden: ${detail}`,
        })
      }
    } else errors.push(invalid(`${at}.operator`, operator, 'not a valid selector operator'))
    errors.push(...each(`${at}.key`, key, qualifiedNameErrors(key)))
    values?.forEach((value, k) => {
      errors.push(...each(`${at}.values[${k}]`, value, labelValueErrors(value)))
    })
  })
  return errors
}

/** A template for pods that always restart, fitting its owner's selector. */
function validateTemplate(
  template: DeepReadonly<PodTemplateSpec> | undefined,
  selector: DeepReadonly<LabelSelector> | undefined,
  path: string,
): FieldError[] {
  const labels = template?.metadata?.labels
  const errors: FieldError[] = []
  const isEmpty =
    !Object.keys(selector?.matchLabels ?? {}).length && !selector?.matchExpressions?.length
  if (isEmpty || !matchesLabelSelector(selector, labels ?? {})) {
    const shown = goStringMap(labels && Object.keys(labels).length > 0 ? labels : undefined)
    const detail = '`selector` does not match template `labels`'
    errors.push(invalid(`${path}.metadata.labels`, shown, detail))
  }
  for (const [key, value] of Object.entries(labels ?? {})) {
    errors.push(...each(`${path}.labels`, key, qualifiedNameErrors(key)))
    errors.push(...each(`${path}.labels`, value, labelValueErrors(value)))
  }
  errors.push(...validatePodSpec(template?.spec ?? { containers: [] }, `${path}.spec`))
  const policy = template?.spec?.restartPolicy
  if (policy === 'OnFailure' || policy === 'Never') {
    errors.push(notSupported(`${path}.spec.restartPolicy`, policy, ['Always']))
  }
  if (template?.spec?.activeDeadlineSeconds !== undefined) {
    const detail = 'Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported'
    const field = `${path}.spec.activeDeadlineSeconds`
    errors.push({ type: 'FieldValueForbidden', field, detail })
  }
  return errors
}

function validateSelector(
  selector: DeepReadonly<LabelSelector> | undefined,
  path: string,
): FieldError[] {
  if (!selector) return [required(path)]
  const errors = validateLabelSelector(selector, path)
  const isEmpty =
    Object.keys(selector.matchLabels ?? {}).length === 0 && !selector.matchExpressions?.length
  if (isEmpty) {
    const detail = 'empty selector is invalid for deployment'
    errors.push(invalid(path, goLabelSelector(selector), detail))
  }
  return errors
}

export function validateDeploymentSpec(spec: DeepReadonly<DeploymentSpec>): FieldError[] {
  const errors = [
    ...nonNegative('spec.replicas', spec.replicas),
    ...validateSelector(spec.selector, 'spec.selector'),
    ...validateTemplate(spec.template, spec.selector, 'spec.template'),
    ...validateStrategy(spec.strategy ?? {}, 'spec.strategy'),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
    ...nonNegative('spec.progressDeadlineSeconds', spec.progressDeadlineSeconds),
  ]
  const deadline = spec.progressDeadlineSeconds
  if (deadline !== undefined && deadline <= (spec.minReadySeconds ?? 0)) {
    const detail = 'must be greater than minReadySeconds'
    errors.push(invalid('spec.progressDeadlineSeconds', deadline, detail))
  }
  return errors
}

function validateStrategy(strategy: DeepReadonly<DeploymentStrategy>, path: string): FieldError[] {
  const { type, rollingUpdate } = strategy
  if (type === 'Recreate') {
    if (!rollingUpdate) return []
    const detail = "Forbidden: may not be specified when strategy `type` is 'Recreate'"
    return [{ type: 'FieldValueForbidden', field: `${path}.rollingUpdate`, detail }]
  }
  if (type !== 'RollingUpdate') {
    return type ? [notSupported(path, type, ['Recreate', 'RollingUpdate'])] : [required(path)]
  }
  const at = `${path}.rollingUpdate`
  if (!rollingUpdate) return [required(at, 'this should be defaulted and never be nil')]
  const { maxUnavailable = '25%', maxSurge = '25%' } = rollingUpdate
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${at}.maxSurge`),
  ]
  if (isZero(maxUnavailable) && isZero(maxSurge)) {
    const detail = 'may not be 0 when `maxSurge` is 0'
    errors.push(invalid(`${at}.maxUnavailable`, goIntOrString(maxUnavailable), detail))
  }
  if (Number(/^(\d+)%$/.exec(String(maxUnavailable))?.[1] ?? 0) > 100) {
    const shown = goIntOrString(maxUnavailable)
    errors.push(invalid(`${at}.maxUnavailable`, shown, 'must not be greater than 100%'))
  }
  return errors
}

function isZero(value: number | string): boolean {
  return value === 0 || /^0+%$/.test(String(value))
}

function validateCountOrPercent(value: number | string, path: string): FieldError[] {
  if (typeof value === 'number') {
    return value < 0 ? [invalid(path, goIntOrString(value), NEGATIVE_ERROR)] : []
  }
  return percentErrors(value).map((text) => invalid(path, goIntOrString(value), text))
}

export function validateReplicaSetSpec(spec: DeepReadonly<ReplicaSetSpec>): FieldError[] {
  return [
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateSelector(spec.selector, 'spec.selector'),
    ...validateTemplate(spec.template, spec.selector, 'spec.template'),
  ]
}

/** A workload's selector is what its pods were found by: it may not change. */
export function validateSelectorKept(
  selector: DeepReadonly<LabelSelector>,
  old: DeepReadonly<LabelSelector>,
): FieldError[] {
  if (semanticEqual(selector, old)) return []
  return [invalid('spec.selector', goLabelSelector(selector), 'field is immutable')]
}

/** Counts in a workload's status: none negative. */
export function validateCounts(
  status: Readonly<Record<string, unknown>> | undefined,
  names: readonly string[],
): FieldError[] {
  return names.flatMap((name) => {
    const value = status?.[name]
    return nonNegative(`status.${name}`, typeof value === 'number' ? value : undefined)
  })
}
