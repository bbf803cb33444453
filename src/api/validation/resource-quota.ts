import type { DeepReadonly } from '../../base/index.ts'
import type {
  ResourceQuota,
  ResourceQuotaSpec,
  ScopedResourceSelectorRequirement,
} from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { GoText, goStrings, invalid, required } from './field-errors.ts'
import { IMMUTABLE_ERROR } from './metadata.ts'
import { COUNTED, isHugePages, validateAmount, validateResourceName } from './quantities.ts'

const COMPUTE = ['cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory']
const STORAGE = [
  'ephemeral-storage',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.ephemeral-storage',
]
const STANDARD = new Set([...COUNTED, ...COMPUTE, ...STORAGE])

/** Which resources a scope can narrow. */
const PODS = new Set(['pods', ...COMPUTE])
const SCOPES: Readonly<Record<string, ReadonlySet<string>>> = {
  Terminating: PODS,
  NotTerminating: PODS,
  BestEffort: new Set(['pods']),
  NotBestEffort: PODS,
  PriorityClass: PODS,
  CrossNamespacePodAffinity: PODS,
  VolumeAttributesClass: new Set(['persistentvolumeclaims', 'requests.storage']),
}
const CONFLICTING = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
] as const
const ONLY_EXISTS = [
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
]

const isStandard = (name: string) => STANDARD.has(name) || isHugePages(name)

export function validateResourceQuota({ spec }: DeepReadonly<ResourceQuota>): FieldError[] {
  return validateSpec(spec ?? {})
}

function validateSpec(spec: DeepReadonly<ResourceQuotaSpec>): FieldError[] {
  return [
    ...validateAmounts(spec.hard, 'spec.hard'),
    ...validateScopes(spec),
    ...validateSelector(spec),
  ]
}

function validateAmounts(
  amounts: Readonly<Record<string, string>> = {},
  path: string,
): FieldError[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const at = `${path}[${name}]`
    const errors = validateResourceName(name, at)
    if (!name.includes('/') && !isStandard(name)) {
      errors.push(invalid(at, new GoText(name), 'must be a standard resource for quota'))
    }
    errors.push(...validateAmount(name, amount, at))
    return errors
  })
}

/** Whether a scope says nothing about a resource that is limited. */
const misses = (scope: string, hard: DeepReadonly<ResourceQuotaSpec>['hard'] = {}) =>
  Object.keys(hard).filter((name) => isStandard(name) && !SCOPES[scope]?.has(name))

function validateScopes({ scopes = [], hard }: DeepReadonly<ResourceQuotaSpec>): FieldError[] {
  const path = 'spec.scopes'
  const shown = goStrings(scopes, 'core.ResourceQuotaScope')
  const errors: FieldError[] = []
  for (const scope of scopes) {
    if (!(scope in SCOPES)) errors.push(invalid(path, shown, 'unsupported scope'))
    else {
      for (const _ of misses(scope, hard)) {
        errors.push(invalid(path, shown, 'unsupported scope applied to resource'))
      }
    }
  }
  for (const pair of CONFLICTING) {
    if (pair.every((scope) => scopes.includes(scope))) {
      errors.push(invalid(path, shown, 'conflicting scopes'))
    }
  }
  return errors
}

function validateSelector(spec: DeepReadonly<ResourceQuotaSpec>): FieldError[] {
  const requirements = spec.scopeSelector?.matchExpressions ?? []
  const path = 'spec.scopeSelector.matchExpressions'
  const errors = requirements.flatMap((of) => validateRequirement(of, spec.hard, path))
  const names = new Set(requirements.map(({ scopeName }) => scopeName))
  for (const pair of CONFLICTING) {
    if (!pair.every((scope) => names.has(scope))) continue
    errors.push(
      invalid(path, goStrings(spec.scopes, 'core.ResourceQuotaScope'), 'conflicting scopes'),
    )
  }
  return errors
}

function validateRequirement(
  { scopeName, operator, values = [] }: DeepReadonly<ScopedResourceSelectorRequirement>,
  hard: DeepReadonly<ResourceQuotaSpec>['hard'],
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  if (!(scopeName in SCOPES)) {
    errors.push(invalid(`${path}.scopeName`, scopeName, 'unsupported scope'))
  } else {
    for (const _ of misses(scopeName, hard)) {
      errors.push(invalid(path, scopeName, 'unsupported scope applied to resource'))
    }
  }
  if (ONLY_EXISTS.includes(scopeName) && operator !== 'Exists') {
    const detail =
      "must be 'Exist' when scope is any of ResourceQuotaScopeTerminating, " +
      'ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ' +
      'ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity'
    errors.push(invalid(`${path}.operator`, operator, detail))
  }
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length > 0) return errors
    const detail =
      "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector"
    return [...errors, required(`${path}.values`, detail)]
  }
  if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length === 0) return errors
    const detail =
      "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector"
    return [...errors, invalid(`${path}.values`, goStrings(values), detail)]
  }
  return [...errors, invalid(`${path}.operator`, operator, 'not a valid selector operator')]
}

export function validateResourceQuotaUpdate(
  quota: DeepReadonly<ResourceQuota>,
  old: DeepReadonly<ResourceQuota>,
): FieldError[] {
  const errors = validateResourceQuota(quota)
  const now = quota.spec?.scopes ?? []
  const before = old.spec?.scopes ?? []
  if (semanticEqual([...new Set(now)].sort(), [...new Set(before)].sort())) return errors
  return [
    ...errors,
    invalid('spec.scopes', goStrings(now, 'core.ResourceQuotaScope'), IMMUTABLE_ERROR),
  ]
}

export function validateResourceQuotaStatus({ status }: DeepReadonly<ResourceQuota>): FieldError[] {
  return [
    ...validateAmounts(status?.hard, 'status.hard'),
    ...validateAmounts(status?.used, 'status.used'),
  ]
}
