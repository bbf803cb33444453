import {
  addAmounts,
  type Amounts,
  compareQuantities,
  keyOf,
  type KubeObject,
  maskAmounts,
  type QuotaEvaluator,
  quotaEvaluatorOf,
  quotaMatches,
  type Resource,
  type ResourceQuota,
  resourceQuotas,
  scopesOf,
  semanticEqual,
} from '../../api/index.ts'
import type { Informer, ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  requeueAfter,
} from './runtime.ts'

/** Everything is counted anew this often, whatever happened meanwhile. */
const RESYNC_MS = 5 * 60_000
/**
 * What was reserved lately may be for objects that are still on their way, or not seen here yet: so
 * long after a quota changed last nothing of it is given back.
 */
const SETTLE_MS = 2_000

interface Counted {
  readonly informer: Informer<KubeObject>
  readonly evaluator: QuotaEvaluator
}

/**
 * Counts what namespaces use of their quotas. Admission reserves what is created; this controller
 * gives back what was deleted or never made, and sets up the status of new and changed quotas.
 */
export function resourceQuotaController(context: ControllerContext): Controller {
  const quotas = context.informers.for(resourceQuotas)
  const client = context.client.for(resourceQuotas)
  const counted = context.resources.filter(isCounted).map(
    (resource): Counted => ({
      informer: context.informers.for(resource),
      evaluator: quotaEvaluatorOf(resource),
    }),
  )

  const versions = new Map<ObjectKey, { version: string | undefined; sinceMs: number }>()

  async function reconcile(
    key: ObjectKey,
    options: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const quota = quotas.get(key)
    if (!quota) {
      versions.delete(key)
      return done
    }
    const status = statusOf(quota, counted, context.clock.nowMs())
    if (semanticEqual(quota.status, status)) return requeueAfter(RESYNC_MS)
    if (givesBack(quota.status?.used ?? {}, status.used ?? {})) {
      const leftMs = SETTLE_MS - unchangedMs(key, quota)
      // In whole milliseconds: a clock need not have finer ones.
      if (leftMs > 0) return requeueAfter(Math.ceil(leftMs))
    }
    // The version that was read: what admission reserved since is not lost, but counted again.
    await client.updateStatus({ ...draft<ResourceQuota>(quota), status }, options)
    return requeueAfter(RESYNC_MS)
  }

  /** Since this version of it was first looked at here. */
  function unchangedMs(key: ObjectKey, { metadata }: Cached<ResourceQuota>): number {
    const nowMs = context.clock.monotonicMs()
    const known = versions.get(key)
    if (known && known.version === metadata.resourceVersion) return nowMs - known.sinceMs
    versions.set(key, { version: metadata.resourceVersion, sinceMs: nowMs })
    return 0
  }

  // What makes room: a deletion, a pod that has ended, a service of another type.
  const quotasOf = ({ old, now }: Change<KubeObject>, { informer, evaluator }: Counted) => {
    const changing = evaluator.updates || informer.resource.kind === 'Pod'
    const namespace = (now ?? old)?.metadata.namespace
    if (namespace === undefined || !old || (now && !changing)) return []
    const nowMs = context.clock.nowMs()
    if (now && semanticEqual(evaluator.usage(old, nowMs), evaluator.usage(now, nowMs))) return []
    return [...quotas.inNamespace(namespace)]
      .filter((quota) => evaluator.matching(Object.keys(quota.spec.hard ?? {})).length > 0)
      .map(keyOf)
  }
  return {
    name: 'resourcequota-controller',
    sources: [
      changesOf(quotas, ({ old, now }) => (now && isToCount(old, now) ? [keyOf(now)] : [])),
      ...counted.map((of) => changesOf(of.informer, (change) => quotasOf(change, of))),
    ],
    reconcile,
  }
}

/**
 * Not what admission reserved: its objects come later, and a count without them would give the same
 * room away twice.
 */
function isToCount(old: Cached<ResourceQuota> | undefined, now: Cached<ResourceQuota>): boolean {
  const { spec, status } = now
  return !old || !semanticEqual(old.spec, spec) || !semanticEqual(status?.hard, spec.hard)
}

function givesBack(before: Readonly<Amounts>, after: Amounts): boolean {
  return Object.entries(after).some(
    ([name, amount]) => compareQuantities(amount, before[name] ?? '0') < 0,
  )
}

/** What can be created in namespaces, and is kept as itself. */
function isCounted({ namespaced, verbs, virtual, storedAs }: Resource): boolean {
  if (!namespaced || virtual || storedAs) return false
  return ['create', 'list', 'watch'].every((verb) => verbs.includes(verb))
}

/** The status of a quota: its limits, and what of them is in use. Pure. */
export function statusOf(
  quota: Cached<ResourceQuota>,
  counted: readonly Counted[],
  nowMs: number,
): NonNullable<ResourceQuota['status']> {
  const hard = { ...quota.spec.hard }
  const names = Object.keys(hard)
  const scopes = scopesOf(quota)
  let used: Amounts = {}
  for (const { informer, evaluator } of counted) {
    const own = evaluator.matching(names)
    if (own.length === 0) continue
    const none = Object.fromEntries(own.map((name) => [name, '0']))
    let total: Amounts = none
    for (const object of informer.inNamespace(quota.metadata.namespace)) {
      if (!quotaMatches(evaluator, object, { names, scopes })) continue
      total = addAmounts(total, evaluator.usage(object, nowMs))
    }
    used = { ...used, ...maskAmounts(total, own) }
  }
  return { hard, used }
}
