import {
  addAmounts,
  type Amounts,
  amountsText,
  compareQuantities,
  exceededNames,
  type KubeObject,
  maskAmounts,
  type QuotaEvaluator,
  quotaEvaluatorOf,
  quotaMatches,
  type ResourceQuota,
  type ScopeRequirement,
  scopesOf,
  subtractAmounts,
  withoutZeros,
} from '../../../api/index.ts'
import type { DeepReadonly } from '../../../base/index.ts'
import { ObjectRevision } from '../object-revision.ts'
import { objectKey } from '../keys.ts'
import type { Store } from '../registry/store.ts'
import { statusErrors } from '../status.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'
import { KeyedLock } from './keyed-lock.ts'
import type { AdmissionContext, MakePlugin } from './plugin.ts'

const QUOTAS = { group: '', plural: 'resourcequotas' }
/** Lost races with other masters after which a client is told to try again. */
const ATTEMPTS_MAX = 30

/**
 * Keeps what a namespace uses within its quotas. What a request needs is reserved in the quota's
 * status by compare-and-swap, before the object is written: three masters at once give away no more
 * than there is. What a failed write leaves reserved the quota controller gives back.
 */
export const resourceQuota: MakePlugin = (context) => {
  // Requests for one namespace go one by one, as they would only lose races with each other.
  const lock = new KeyedLock()
  return {
    async validate(attributes) {
      const { operation, object, namespace, subresource, resource } = attributes
      if (!object || namespace === '' || !resource.namespaced) return
      if (operation !== 'CREATE' && operation !== 'UPDATE') return
      const evaluator = quotaEvaluatorOf(resource)
      // A pod that is resized takes more, or gives back.
      const isResize = operation === 'UPDATE' && attributes.isOf('', 'pods', 'resize')
      const isPlain = subresource === '' && (operation === 'CREATE' || evaluator.updates)
      if (!isResize && !isPlain) return
      const isLimited = isLimitedKind(context, resource)
      if (!isLimited && context.lookup.list(QUOTAS, { namespace }).length === 0) return
      await lock.run(namespace, () => reserveAll(context, attributes, evaluator))
    },
  }
}

async function reserveAll(
  context: AdmissionContext,
  attributes: AdmissionAttributes,
  evaluator: QuotaEvaluator,
): Promise<void> {
  const store = context.lookup.store(QUOTAS)
  if (!store) return
  const nowMs = context.clock.nowMs()
  const { namespace } = attributes
  const quotas = context.lookup.list<ResourceQuota>(QUOTAS, { namespace })
  const delta = deltaOf(attributes, evaluator, nowMs)
  const relevant = quotas.flatMap((quota) =>
    applies(attributes, evaluator, quota as ResourceQuota) ? [quota.metadata.name ?? ''] : [],
  )
  checkCovered(context, attributes, {
    evaluator,
    delta,
    quotas: quotas.filter(({ metadata }) => relevant.includes(metadata.name ?? '')),
  })
  for (const name of relevant) await reserve(store, attributes, { name, delta, evaluator })
}

const isLimitedKind = (
  { config }: AdmissionContext,
  { group, plural }: { group: string; plural: string },
): boolean =>
  config.limitedResources?.some((l) => (l.apiGroup ?? '') === group && l.resource === plural) ??
  false

/** Throws 403 for what only a namespace with a quota for it may have, and none is there. */
function checkCovered(
  { config }: AdmissionContext,
  attributes: AdmissionAttributes,
  of: {
    evaluator: QuotaEvaluator
    delta: Amounts
    quotas: readonly DeepReadonly<ResourceQuota>[]
  },
): void {
  const { group, plural } = attributes.resource
  const limited = (config.limitedResources ?? []).filter(
    (each) => (each.apiGroup ?? '') === group && each.resource === plural,
  )
  if (limited.length === 0) return
  const { evaluator, delta, quotas } = of
  const covered = new Set(
    quotas.flatMap(({ status }) => evaluator.matching(Object.keys(status.hard ?? {}))),
  )
  const words = limited.flatMap(({ matchContains = [] }) => matchContains)
  const open = Object.keys(delta).filter(
    (name) => words.some((word) => name.includes(word)) && !covered.has(name),
  )
  if (open.length > 0) {
    throw forbidden(attributes, `insufficient quota to consume: ${open.sort().join(',')}`)
  }
  const isCovered = (scope: ScopeRequirement) =>
    quotas.some((quota) => scopesOf(quota).some((own) => sameScope(own, scope)))
  const scopes = limited.flatMap(({ matchScopes = [] }) =>
    matchScopes.filter(
      (scope) => evaluator.inScope?.(attributes.object as KubeObject, scope) && !isCovered(scope),
    ),
  )
  if (scopes.length === 0) return
  const shown = scopes.map((s) => `{${s.scopeName} ${s.operator} [${(s.values ?? []).join(' ')}]}`)
  const text = `[${shown.join(' ')}]`
  throw forbidden(attributes, `insufficient quota to match these scopes: ${text}`)
}

/** A quota's own requirement is about the same scope: that the object meets it is known. */
const sameScope = (a: ScopeRequirement, b: ScopeRequirement) => a.scopeName === b.scopeName

/** What the request uses beyond what the object uses already. */
function deltaOf(
  attributes: AdmissionAttributes,
  evaluator: QuotaEvaluator,
  nowMs: number,
): Amounts {
  const { object, old } = attributes
  const usage = evaluator.usage(object as KubeObject, nowMs)
  const negative = Object.entries(usage).filter(([, amount]) => compareQuantities(amount, '0') < 0)
  if (negative.length > 0) {
    const names = negative.map(([name]) => name).sort()
    throw forbidden(attributes, `quota usage is negative for resource(s): ${names.join(',')}`)
  }
  return withoutZeros(old ? subtractAmounts(usage, evaluator.usage(old, nowMs)) : usage)
}

function namesOf(quota: ResourceQuota, evaluator: QuotaEvaluator): readonly string[] {
  return evaluator.matching(Object.keys(quota.status.hard ?? {}))
}

/** Throws 403 when the object cannot be counted against the quota. */
function applies(
  attributes: AdmissionAttributes,
  evaluator: QuotaEvaluator,
  quota: ResourceQuota,
): boolean {
  const object = attributes.object as KubeObject
  const names = Object.keys(quota.status.hard ?? {})
  if (!quotaMatches(evaluator, object, { names, scopes: scopesOf(quota) })) return false
  const limited = namesOf(quota, evaluator)
  const name = quota.metadata.name ?? ''
  const fault = evaluator.fault?.(limited, object)
  if (fault !== undefined) throw forbidden(attributes, `failed quota: ${name}: ${fault}`)
  const used = quota.status.used ?? {}
  if (limited.every((one) => used[one] !== undefined)) return true
  const list = [...limited].sort().join(',')
  throw forbidden(attributes, `status unknown for quota: ${name}, resources: ${list}`)
}

async function reserve(
  store: Store,
  attributes: AdmissionAttributes,
  of: { name: string; delta: Amounts; evaluator: QuotaEvaluator },
): Promise<void> {
  const { name, delta, evaluator } = of
  const { namespace, signal } = attributes
  const key = objectKey(store.resource, { namespace, name })
  let revision = store.cache.get(key)
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    if (attempt > 0) {
      const { kv } = await store.kv.get(key, { signal })
      revision = kv && ObjectRevision.fromStored(store.codec, kv)
    }
    if (!revision) return
    const quota = revision.parse() as ResourceQuota
    if (!applies(attributes, evaluator, quota)) return
    const used = usedAfter(attributes, quota, delta)
    if (attributes.dryRun || !used) return
    quota.status = { ...quota.status, used }
    const stored = store.codec.encodeStored(quota)
    const result = await store.kv.update(key, stored, revision.revision, { signal })
    if (result.kind === 'ok') return
  }
  const why =
    'the object has been modified; please apply your changes to the latest version and try again'
  throw statusErrors.conflict(store.resource, name, why)
}

/** Undefined when nothing changes. Throws 403 when it would be too much. */
function usedAfter(
  attributes: AdmissionAttributes,
  { metadata, status }: ResourceQuota,
  delta: Amounts,
): Amounts | undefined {
  const { hard = {}, used = {} } = status
  const requested = maskAmounts(delta, Object.keys(hard))
  if (Object.keys(requested).length === 0) return undefined
  const next = addAmounts(used, requested)
  // What becomes less is never too much.
  const growing = Object.entries(requested).filter(([, a]) => compareQuantities(a, '0') > 0)
  const names = growing.map(([name]) => name)
  const exceeded = exceededNames(maskAmounts(next, names), hard)
  if (exceeded.length === 0) return next
  const text = (amounts: Amounts) => amountsText(maskAmounts(amounts, exceeded))
  throw forbidden(
    attributes,
    `exceeded quota: ${metadata.name ?? ''}, requested: ${text(requested)}, ` +
      `used: ${text(used)}, limited: ${text(hard)}`,
  )
}
