import { hasReason } from '../../../base/index.ts'
import {
  type DeleteOptions,
  Eviction,
  type KubeObject,
  type Pod,
  withCondition,
} from '../../../api/index.ts'
import { decodeObject } from '../decode.ts'
import { callOf, readObjectBody } from '../exchange.ts'
import { checkDeleteOptions, writeOptions } from '../options.ts'
import { deleteObject } from '../registry/delete.ts'
import { getObject } from '../registry/list.ts'
import { type Store, timestamp, type WriteCall } from '../registry/store.ts'
import { updateObject, type UpdateRules } from '../registry/update.ts'
import { objectOf, replyStatus } from '../respond.ts'
import { statusErrors, successStatus } from '../status.ts'
import { admitSubresource } from './admit.ts'
import { beingProcessed, spendBudget } from './eviction-budget.ts'
import type { Subresource } from './router.ts'

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction', struct: Eviction }

/** Looks at a pod that keeps changing, as upstream's `EvictionsRetry`. */
const ATTEMPTS_MAX = 20

/** `eviction`: a deletion that may be refused to keep enough pods running. */
export const eviction =
  (budgets: () => Store | undefined): Subresource =>
  (store) =>
  async (exchange) => {
    if (exchange.at.verb !== 'create') throw statusErrors.methodNotAllowed()
    const written = writeOptions(exchange.query, 'CreateOptions')
    const { dryRun, fieldValidation } = written
    const body = await readObjectBody(exchange.request)
    const decoded = decodeObject(EVICTION, body, { ...exchange, fieldValidation }) as Eviction
    const { name } = exchange.at
    if (decoded.metadata.name !== name) {
      throw statusErrors.badRequest('name in URL does not match name in Eviction object')
    }
    const options = { ...decoded.deleteOptions, ...(dryRun && { dryRun: ['All'] }) }
    checkDeleteOptions(options)
    const call = { ...callOf(exchange, true), options: written }
    const kind = { ...EVICTION, object: decoded }
    await admitSubresource(store, call, { name, subresource: 'eviction', ...kind })
    const rehearsal = { ...written, dryRun: (options.dryRun ?? []).length > 0 }
    await evict(store, budgets(), { ...call, options: rehearsal }, { name, options })
    return replyStatus(exchange.accepted, successStatus(undefined, 201), 201)
  }

interface Evicted {
  readonly name: string
  readonly options: DeleteOptions
}

/**
 * A pod that may go because it serves nobody goes as it was seen: one that serves meanwhile is
 * looked at again (upstream `EvictionREST.Create`).
 */
async function evict(
  pods: Store,
  budgets: Store | undefined,
  call: WriteCall,
  of: Evicted,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const pod = budgets && (await podOf(pods, call, of.name))
    const leave = budgets && pod && (await spendBudget(budgets, call, pod))
    const isPinned =
      leave?.asSeen === true && of.options.preconditions?.resourceVersion === undefined
    try {
      return await end(pods, call, isPinned ? pinned(of, pod?.metadata.resourceVersion) : of)
    } catch (error) {
      if (!isPinned || !hasReason(error, 'Conflict')) throw error
      if (leave.budget !== undefined) throw beingProcessed(leave.budget)
      if (attempt === ATTEMPTS_MAX) throw error
    }
  }
}

async function podOf(pods: Store, call: WriteCall, name: string): Promise<Pod> {
  return (await getObject(pods, call, { name, version: '' })).parse() as Pod
}

function pinned({ name, options }: Evicted, resourceVersion = ''): Evicted {
  const preconditions = { ...options.preconditions, resourceVersion }
  return { name, options: { ...options, preconditions } }
}

async function end(pods: Store, call: WriteCall, of: Evicted): Promise<void> {
  const options = await markEvicted(pods, call, of)
  await deleteObject(pods, call, { name: of.name, options, admitted: true })
}

const RULES: UpdateRules = {
  subresource: 'eviction',
  prepare: () => {},
  validate: () => [],
  admitted: true,
}

/**
 * Says in the pod's status that it does not end by itself (condition `DisruptionTarget`), for those
 * who count its failures. The options of the deletion that follows, which is of the marked version.
 */
async function markEvicted(store: Store, call: WriteCall, of: Evicted): Promise<DeleteOptions> {
  const { name, options } = of
  const { uid, resourceVersion } = options.preconditions ?? {}
  const dryRun = (options.dryRun ?? []).length > 0
  if (dryRun) return options
  const change = (old: KubeObject): KubeObject => {
    const pod = old as Pod
    if (resourceVersion !== undefined) pod.metadata.resourceVersion = resourceVersion
    const condition = {
      type: 'DisruptionTarget',
      status: 'True',
      reason: 'EvictionByEvictionAPI',
      message: 'Eviction API: evicting',
      lastTransitionTime: timestamp(store.clock.nowMs()),
    }
    pod.status = { ...pod.status, conditions: withCondition(pod.status?.conditions, condition) }
    return pod
  }
  const { served } = await updateObject(store, call, { name, rules: RULES, uid, change })
  if (resourceVersion === undefined) return options
  const now = objectOf(served).metadata.resourceVersion ?? ''
  return { ...options, preconditions: { ...options.preconditions, resourceVersion: now } }
}
