import type { DeepReadonly } from '../../base/index.ts'
import {
  RollingUpdateStatefulSetStrategy,
  type StatefulSet,
  type StatefulSetSpec,
  StatefulSetUpdateStrategy,
} from '../apps/index.ts'
import type { FieldError } from '../schema/index.ts'
import { matchesLabelSelector } from '../selectors/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import {
  isZeroCount,
  validateAtMostAll,
  validateCollisions,
  validateCountOrPercent,
  validateCounts,
  validateParts,
} from './counts.ts'
import { forbidden, goIntOrString, invalid, notSupported, required } from './field-errors.ts'
import { goLabelSelector, goText } from './go-text.ts'
import { nonNegative } from './pod/common.ts'
import { validatePodAnnotations } from './pod/annotations.ts'
import {
  podOfTemplate,
  unmatchedLabels,
  validateAlwaysRestarts,
  validateTemplateMeta,
} from './pod-template.ts'
import { isEmptySelector, isUsableSelector, validateLabelSelector } from './label-selector.ts'

export function validateStatefulSetSpec(spec: DeepReadonly<StatefulSetSpec>): FieldError[] {
  const { whenDeleted = '', whenScaled = '' } = spec.persistentVolumeClaimRetentionPolicy ?? {}
  const policy = 'spec.persistentVolumeClaimRetentionPolicy'
  return [
    ...validateManagement(spec.podManagementPolicy ?? ''),
    ...validateStrategy(spec.updateStrategy ?? {}),
    ...validateRetention(whenDeleted, `${policy}.whenDeleted`),
    ...validateRetention(whenScaled, `${policy}.whenScaled`),
    ...nonNegative('spec.replicas', spec.replicas),
    ...nonNegative('spec.minReadySeconds', spec.minReadySeconds),
    ...nonNegative('spec.ordinals.start', spec.ordinals?.start),
    ...validateSelector(spec),
    ...validateTemplate(spec),
    ...validateAlwaysRestarts(spec.template, { path: 'spec.template', kind: 'StatefulSet' }),
  ]
}

function validateTemplate({ selector, template }: DeepReadonly<StatefulSetSpec>): FieldError[] {
  if (selector && !isUsableSelector(selector)) {
    return [invalid('spec.selector', goLabelSelector(selector), '')]
  }
  const fits = matchesLabelSelector(selector, template?.metadata?.labels ?? {})
  return [
    ...(fits ? [] : [unmatchedLabels(template, 'spec.template')]),
    // Not its containers, as upstream: they may mount volumes that the claims give.
    ...validateTemplateMeta(template, 'spec.template'),
    ...validatePodAnnotations(podOfTemplate(template), 'spec.template.annotations'),
  ]
}

function validateManagement(policy: string): FieldError[] {
  const field = 'spec.podManagementPolicy'
  if (policy === '') return [required(field)]
  if (policy === 'OrderedReady' || policy === 'Parallel') return []
  return [invalid(field, policy, "must be 'OrderedReady' or 'Parallel'")]
}

function validateStrategy(strategy: DeepReadonly<StatefulSetUpdateStrategy>): FieldError[] {
  const { type = '', rollingUpdate } = strategy
  const path = 'spec.updateStrategy'
  if (type === '') return [required(path)]
  if (type === 'OnDelete') {
    if (!rollingUpdate) return []
    const detail = "only allowed for updateStrategy 'RollingUpdate'"
    return [
      invalid(
        `${path}.rollingUpdate`,
        goText(RollingUpdateStatefulSetStrategy, rollingUpdate),
        detail,
      ),
    ]
  }
  if (type !== 'RollingUpdate') {
    return [
      invalid(
        path,
        goText(StatefulSetUpdateStrategy, strategy),
        "must be 'RollingUpdate' or 'OnDelete'",
      ),
    ]
  }
  return rollingUpdate ? validateRolling(rollingUpdate, `${path}.rollingUpdate`) : []
}

function validateRolling(
  { partition, maxUnavailable }: DeepReadonly<RollingUpdateStatefulSetStrategy>,
  path: string,
): FieldError[] {
  const errors = nonNegative(`${path}.partition`, partition)
  if (maxUnavailable === undefined) return errors
  const field = `${path}.maxUnavailable`
  errors.push(...validateCountOrPercent(maxUnavailable, field))
  if (isZeroCount(maxUnavailable)) {
    errors.push(invalid(field, goIntOrString(maxUnavailable), 'cannot be 0'))
  }
  return [...errors, ...validateAtMostAll(maxUnavailable, field)]
}

function validateRetention(policy: string, path: string): FieldError[] {
  const supported = ['Retain', 'Delete']
  return supported.includes(policy) ? [] : [notSupported(path, policy, supported)]
}

function validateSelector({ selector }: DeepReadonly<StatefulSetSpec>): FieldError[] {
  if (!selector) return [required('spec.selector')]
  const errors = validateLabelSelector(selector, 'spec.selector')
  if (!isEmptySelector(selector)) return errors
  const detail = 'empty selector is invalid for statefulset'
  return [...errors, invalid('spec.selector', goLabelSelector(selector), detail)]
}

const MUTABLE = [
  'replicas',
  'ordinals',
  'template',
  'updateStrategy',
  'persistentVolumeClaimRetentionPolicy',
  'minReadySeconds',
] as const

/** The names and volumes of the pods follow from the rest of the spec, which may not change. */
export function validateStatefulSetUpdate(
  set: DeepReadonly<StatefulSet>,
  old: DeepReadonly<StatefulSet>,
): FieldError[] {
  const errors = validateStatefulSetSpec(set.spec)
  const kept = Object.fromEntries(MUTABLE.map((name) => [name, old.spec[name]]))
  if (semanticEqual({ ...set.spec, ...kept }, old.spec)) return errors
  const names = MUTABLE.slice(0, -1).map((name) => `'${name}'`)
  const list = `${names.join(', ')} and '${MUTABLE.at(-1)}'`
  const detail = `updates to statefulset spec for fields other than ${list} are forbidden`
  return [...errors, forbidden('spec', detail)]
}

export function validateStatefulSetStatus(
  { status }: DeepReadonly<StatefulSet>,
  old: DeepReadonly<StatefulSet>,
): FieldError[] {
  return [
    ...validateCounts({ ...status }, [
      'replicas',
      'readyReplicas',
      'currentReplicas',
      'updatedReplicas',
      'availableReplicas',
      'observedGeneration',
      'collisionCount',
    ]),
    ...validateParts(status, {
      names: ['readyReplicas', 'currentReplicas', 'updatedReplicas', 'availableReplicas'],
      availableOf: 'status.readyReplicas',
    }),
    ...validateCollisions(status, old.status),
  ]
}
