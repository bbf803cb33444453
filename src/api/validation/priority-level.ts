import type { DeepReadonly } from '../../base/index.ts'
import {
  type LimitedPriorityLevelConfiguration,
  type LimitResponse,
  PriorityLevelConfiguration,
  type QueuingConfiguration,
} from '../flowcontrol/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { forbidden, invalid, notSupported, required } from './field-errors.ts'
import { flowConditionErrors } from './flow-schema.ts'
import { goFieldText } from './go-text.ts'

const shown = (spec: DeepReadonly<PriorityLevelConfiguration>['spec']) =>
  goFieldText(PriorityLevelConfiguration, 'spec', spec)

const QUEUES_MAX = 10_000_000
/** So much of a flow's hash there is to deal its hand from (shuffle sharding). */
const HASH_BITS = 60

/** The seats that are left when nothing else fits. */
const CATCH_ALL: PriorityLevelConfiguration['spec'] = {
  type: 'Limited',
  limited: { nominalConcurrencyShares: 5, limitResponse: { type: 'Reject' }, lendablePercent: 0 },
}

export function validatePriorityLevel(
  level: DeepReadonly<PriorityLevelConfiguration>,
): FieldError[] {
  const { spec, status } = level
  const { name = '' } = level.metadata
  const errors = specErrors(spec, name)
  // Of the exempt level, how much it lends may be changed, and nothing else.
  const { exempt: _, ...rest } = spec
  if (name === 'exempt' && !semanticEqual(rest, { type: 'Exempt' })) {
    const detail = "spec of 'exempt' except the 'spec.exempt' field must equal the fixed value"
    errors.push(invalid('spec', shown(spec), detail))
  }
  if (name === 'catch-all' && !semanticEqual(spec, CATCH_ALL)) {
    errors.push(invalid('spec', shown(spec), "spec of 'catch-all' must equal the fixed value"))
  }
  return [...errors, ...flowConditionErrors(status?.conditions)]
}

type Spec = Partial<DeepReadonly<PriorityLevelConfiguration['spec']>>

function specErrors({ type = '', limited, exempt }: Spec, name: string): FieldError[] {
  const errors: FieldError[] = []
  if ((name === 'exempt') !== (type === 'Exempt')) {
    const detail = "type must be 'Exempt' if and only if name is 'exempt'"
    errors.push(invalid('spec.type', type, detail))
  }
  if (type === 'Exempt') {
    if (limited) errors.push(forbidden('spec.limited', 'must be nil if the type is not Limited'))
    if (exempt) errors.push(...shareErrors(exempt, 'spec.exempt'))
  } else if (type === 'Limited') {
    if (exempt) errors.push(forbidden('spec.exempt', 'must be nil if the type is Limited'))
    if (limited) errors.push(...limitedErrors(limited, 'spec.limited'))
    else errors.push(required('spec.limited', 'must not be empty when type is Limited'))
  } else errors.push(notSupported('spec.type', type, ['Exempt', 'Limited']))
  return errors
}

function limitedErrors(
  limited: DeepReadonly<LimitedPriorityLevelConfiguration>,
  path: string,
): FieldError[] {
  const { nominalConcurrencyShares, lendablePercent, borrowingLimitPercent: limit } = limited
  const errors = [
    ...shareErrors({ nominalConcurrencyShares }, path),
    ...responseErrors(limited.limitResponse ?? {}, `${path}.limitResponse`),
    ...shareErrors({ lendablePercent }, path),
  ]
  if (limit == null || limit >= 0) return errors
  const detail = 'if specified, must be a non-negative integer'
  return [...errors, invalid(`${path}.borrowingLimitPercent`, limit, detail)]
}

interface Shares {
  readonly nominalConcurrencyShares?: number | null | undefined
  readonly lendablePercent?: number | null | undefined
}

function shareErrors(of: Shares, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { nominalConcurrencyShares: shares, lendablePercent: percent } = of
  if (shares != null && shares < 0) {
    const detail = 'must be a non-negative integer'
    errors.push(invalid(`${path}.nominalConcurrencyShares`, shares, detail))
  }
  if (percent != null && (percent < 0 || percent > 100)) {
    const detail = 'must be between 0 and 100, inclusive'
    errors.push(invalid(`${path}.lendablePercent`, percent, detail))
  }
  return errors
}

function responseErrors(
  { type = '', queuing }: Partial<DeepReadonly<LimitResponse>>,
  path: string,
): FieldError[] {
  const at = `${path}.queuing`
  if (type === 'Reject') {
    const detail = 'must be nil if limited.limitResponse.type is not Limited'
    return queuing ? [forbidden(at, detail)] : []
  }
  if (type !== 'Queue') return [notSupported(`${path}.type`, type, ['Queue', 'Reject'])]
  if (queuing) return queuingErrors(queuing, at)
  return [required(at, 'must not be empty if limited.limitResponse.type is Limited')]
}

function queuingErrors(of: DeepReadonly<QueuingConfiguration>, path: string): FieldError[] {
  const { queues = 0, handSize = 0, queueLengthLimit = 0 } = of
  const errors: FieldError[] = []
  const wrong = (field: keyof QueuingConfiguration, detail: string) =>
    errors.push(invalid(`${path}.${field}`, of[field] ?? 0, detail))
  if (queueLengthLimit <= 0) wrong('queueLengthLimit', 'must be positive')
  if (queues <= 0) wrong('queues', 'must be positive')
  else if (queues > QUEUES_MAX) wrong('queues', `must not be greater than ${QUEUES_MAX}`)
  if (handSize <= 0) wrong('handSize', 'must be positive')
  else if (handSize > queues) wrong('handSize', `should not be greater than queues (${queues})`)
  else if (Math.ceil(Math.log2(queues) * handSize) > HASH_BITS) {
    const sizes = `deckSize ${queues} and handSize ${handSize}`
    wrong('handSize', `required entropy bits of ${sizes} should not be greater than ${HASH_BITS}`)
  }
  return errors
}
