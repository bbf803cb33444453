import type { DeepReadonly } from '../../base/index.ts'
import { type DaemonSet, type DaemonSetSpec, DaemonSetUpdateStrategy } from '../apps/index.ts'
import type { FieldError } from '../schema/index.ts'
import { matchesLabelSelector } from '../selectors/index.ts'
import {
  isZeroCount,
  validateAtMostAll,
  validateCollisions,
  validateCountOrPercent,
  validateCounts,
} from './counts.ts'
import { goIntOrString, invalid, notSupported, required } from './field-errors.ts'
import { goLabelSelector, goText } from './go-text.ts'
import { nonNegative } from './pod/common.ts'
import { unmatchedLabels, validateAlwaysRestarts, validatePodTemplate } from './pod-template.ts'
import { isEmptySelector, validateLabelSelector } from './label-selector.ts'
import { validateSelectorKept } from './workloads.ts'

export function validateDaemonSetSpec(spec: DeepReadonly<DaemonSetSpec>): FieldError[] {
  const { selector, template } = spec
  const errors = selector ? validateLabelSelector(selector, 'spec.selector') : []
  const isUsable = errors.length === 0
  if (isUsable && !matchesLabelSelector(selector, template?.metadata?.labels ?? {})) {
    errors.push(unmatchedLabels(template, 'spec.template'))
  }
  if (selector && isEmptySelector(selector)) {
    const detail = 'empty selector is invalid for daemonset'
    errors.push(invalid('spec.selector', goLabelSelector(selector), detail))
  }
  return [
    ...errors,
    ...validatePodTemplate(template, 'spec.template'),
    ...validateAlwaysRestarts(template, { path: 'spec.template', kind: 'DaemonSet' }),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...validateStrategy(spec.updateStrategy ?? {}, 'spec.updateStrategy'),
    ...nonNegative('spec.revisionHistoryLimit', spec.revisionHistoryLimit),
  ]
}

function validateStrategy(
  { type = '', rollingUpdate }: DeepReadonly<DaemonSetUpdateStrategy>,
  path: string,
): FieldError[] {
  if (type === 'OnDelete') return []
  if (type !== 'RollingUpdate') {
    return [
      notSupported(path, goText(DaemonSetUpdateStrategy, { type, rollingUpdate }), [
        'RollingUpdate',
        'OnDelete',
      ]),
    ]
  }
  const at = `${path}.rollingUpdate`
  if (!rollingUpdate) return [required(at)]
  const { maxUnavailable = 1, maxSurge = 0 } = rollingUpdate
  const errors = [
    ...validateCountOrPercent(maxUnavailable, `${at}.maxUnavailable`),
    ...validateCountOrPercent(maxSurge, `${at}.maxSurge`),
    ...validateAtMostAll(maxUnavailable, `${at}.maxUnavailable`),
    ...validateAtMostAll(maxSurge, `${at}.maxSurge`),
  ]
  if (!isZeroCount(maxUnavailable) && !isZeroCount(maxSurge)) {
    const detail = 'may not be set when maxUnavailable is non-zero'
    errors.push(invalid(`${at}.maxSurge`, goIntOrString(maxSurge), detail))
  } else if (isZeroCount(maxUnavailable) && isZeroCount(maxSurge)) {
    errors.push(required(`${at}.maxUnavailable`, 'cannot be 0 when maxSurge is 0'))
  }
  return errors
}

export function validateDaemonSetUpdate(
  set: DeepReadonly<DaemonSet>,
  old: DeepReadonly<DaemonSet>,
): FieldError[] {
  return [
    ...validateDaemonSetSpec(set.spec),
    ...validateSelectorKept(set.spec.selector, old.spec.selector),
  ]
}

export function validateDaemonSetStatus(
  { status }: DeepReadonly<DaemonSet>,
  old: DeepReadonly<DaemonSet>,
): FieldError[] {
  const errors = validateCounts({ ...status }, [
    'currentNumberScheduled',
    'numberMisscheduled',
    'desiredNumberScheduled',
    'numberReady',
    'observedGeneration',
    'updatedNumberScheduled',
    'numberAvailable',
    'numberUnavailable',
    'collisionCount',
  ])
  return [...errors, ...validateCollisions(status, old.status)]
}
