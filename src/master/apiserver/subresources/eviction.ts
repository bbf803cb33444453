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
import { spendBudget } from './eviction-budget.ts'
import type { Subresource } from './router.ts'

const EVICTION = { group: 'policy', version: 'v1', kind: 'Eviction', struct: Eviction }

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
    await checkBudget(store, budgets(), { ...call, options: rehearsal }, name)
    const last = await markEvicted(store, call, { name, options })
    await deleteObject(store, call, { name, options: last, admitted: true })
    return replyStatus(exchange.accepted, successStatus(undefined, 201), 201)
  }

async function checkBudget(
  pods: Store,
  budgets: Store | undefined,
  call: WriteCall,
  name: string,
): Promise<void> {
  if (!budgets) return
  const pod = (await getObject(pods, call, { name, version: '' })).parse() as Pod
  await spendBudget(budgets, call, pod)
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
async function markEvicted(
  store: Store,
  call: WriteCall,
  of: { name: string; options: DeleteOptions },
): Promise<DeleteOptions> {
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
