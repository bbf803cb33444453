import type { FlowSchema, PriorityLevelConfiguration } from '../flowcontrol/index.ts'

const MATCHING_PRECEDENCE = 1000
const SHARES = 30
const HAND_SIZE = 8
const QUEUES = 64
const QUEUE_LENGTH_LIMIT = 50

export function defaultFlowSchema({ spec }: FlowSchema): void {
  if (spec) spec.matchingPrecedence ||= MATCHING_PRECEDENCE
}

export function defaultPriorityLevel({ spec }: PriorityLevelConfiguration): void {
  const { exempt, limited } = spec ?? {}
  if (exempt) {
    exempt.nominalConcurrencyShares ??= 0
    exempt.lendablePercent ??= 0
  }
  if (!limited) return
  limited.nominalConcurrencyShares ??= SHARES
  limited.lendablePercent ??= 0
  const queuing = limited.limitResponse?.queuing
  if (!queuing) return
  queuing.handSize ||= HAND_SIZE
  queuing.queues ||= QUEUES
  queuing.queueLengthLimit ||= QUEUE_LENGTH_LIMIT
}
