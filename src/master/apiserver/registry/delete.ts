import type { DeleteOptions, KubeObject, Resource } from '../../../api/index.ts'
import { AdmissionAttributes } from '../admission/attributes.ts'
import { admitWhole } from '../admission/chain.ts'
import type { ObjectRevision } from '../object-revision.ts'
import { statusErrors } from '../status.ts'
import {
  finishDeletion,
  FOREGROUND_FINALIZER,
  holdsNamespace,
  ORPHAN_FINALIZER,
} from './deletion.ts'
import {
  type Call,
  fetch,
  keyOf,
  type Served,
  served,
  type Store,
  timestamp,
  unstored,
} from './store.ts'

export interface Deleted {
  /** The object as it is now, or as it was last. */
  readonly served: Served
  readonly object: KubeObject
  /** Whether it is gone; otherwise it is being deleted. */
  readonly gone: boolean
}

const ATTEMPTS_MAX = 100

/**
 * Deletes an object, or marks it as being deleted when it has finalizers or time to end gracefully
 * (apiserver `registry/rest/delete.go`). Throws NotFound, Conflict for a failed precondition.
 * `admitted`: admission was asked already, of the sub-resource that led here.
 */
export async function deleteObject(
  store: Store,
  call: Call,
  at: { name: string; options: DeleteOptions; admitted?: boolean },
): Promise<Deleted> {
  const { name, options } = at
  const key = keyOf(store, call, name)
  const dryRun = (options.dryRun ?? []).length > 0
  let marked: Deleted | undefined
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
    const origin = await fetch(store, key, call.signal)
    if (!origin) {
      if (marked) return { ...marked, gone: true }
      throw statusErrors.notFound(store.resource, name)
    }
    const object = origin.parse()
    if (!marked) checkPreconditions(store, options, object)
    if (attempt === 0 && !at.admitted) await admit(store, call, { name, object, options, dryRun })
    const plan = planDeletion(store, { object, options, nowMs: store.clock.nowMs() })
    if (plan.kind === 'pending') return { served: origin, object, gone: false }
    if (plan.kind === 'mark') {
      const now = await mark(store, call, { origin, object: plan.object, dryRun })
      if (!now) continue
      if (!plan.thenRemove || dryRun) return { served: now, object, gone: plan.thenRemove }
      // A watcher sees how the object ended before it sees it go, as upstream.
      marked = { served: now, object, gone: false }
      continue
    }
    if (dryRun) return { served: origin, object, gone: true }
    const finished = await finishDeletion(store, call, { origin, object })
    if (finished.kind === 'done') return { served: origin, object, gone: true }
  }
  throw statusErrors.conflict(store.resource, name, 'the object changes too often to be deleted')
}

async function admit(
  store: Store,
  call: Call,
  of: { name: string; object: KubeObject; options: DeleteOptions; dryRun: boolean },
): Promise<void> {
  const attributes = new AdmissionAttributes(call, {
    operation: 'DELETE',
    resource: store.resource,
    subresource: '',
    namespace: call.namespace,
    name: of.name,
    old: of.object,
    options: { kind: 'DeleteOptions', apiVersion: 'meta.k8s.io/v1', ...of.options },
    dryRun: of.dryRun,
  })
  await admitWhole(store.admission, attributes)
}

function checkPreconditions(store: Store, options: DeleteOptions, object: KubeObject): void {
  const { uid, resourceVersion } = options.preconditions ?? {}
  const { name = '', uid: actual, resourceVersion: version } = object.metadata
  // Upstream names the kind here, not the resource.
  const of = { group: store.resource.group, plural: store.resource.kind }
  if (uid !== undefined && uid !== actual) {
    throw statusErrors.conflict(
      of,
      name,
      `the UID in the precondition (${uid}) does not match the UID in record (${actual}). ` +
        'The object might have been deleted and then recreated',
    )
  }
  if (resourceVersion !== undefined && resourceVersion !== version) {
    throw statusErrors.conflict(
      of,
      name,
      `the ResourceVersion in the precondition (${resourceVersion}) does not match the ` +
        `ResourceVersion in record (${version}). The object might have been modified`,
    )
  }
}

type Plan =
  | { readonly kind: 'remove' }
  /** A deletion is under way, and this one does not hasten it. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'mark'; readonly object: KubeObject; readonly thenRemove: boolean }

/** What a deletion comes to. Pure, but for marking `object`, which is the caller's copy. */
export function planDeletion(
  store: Pick<Store, 'resource'>,
  on: { object: KubeObject; options: DeleteOptions; nowMs: number },
): Plan {
  const { object } = on
  const { resource } = store
  if (resource.kind === 'Namespace' && resource.group === '') return planNamespace(store, on)
  const { strategy } = resource
  if (strategy.beginDeletion && !object.metadata.deletionTimestamp) {
    strategy.beginDeletion(object, on.nowMs)
    object.metadata.deletionTimestamp = timestamp(on.nowMs)
    return { kind: 'mark', object, thenRemove: false }
  }
  const graceful = markGraceful(store, on)
  if (graceful === 'pending') return { kind: 'pending' }
  const finalizers = setFinalizers(resource, on.object, on.options)
  const held = (object.metadata.finalizers ?? []).length > 0
  if (graceful === 'marked') {
    const waits = (object.metadata.deletionGracePeriodSeconds ?? 0) > 0
    return { kind: 'mark', object, thenRemove: !held && !waits }
  }
  if (held) {
    markDeleting(object, on.nowMs)
    return { kind: 'mark', object, thenRemove: false }
  }
  return finalizers ? { kind: 'mark', object, thenRemove: true } : { kind: 'remove' }
}

function markGraceful(
  store: Pick<Store, 'resource'>,
  on: { object: KubeObject; options: DeleteOptions; nowMs: number },
): 'marked' | 'pending' | 'no' {
  const { object, options } = on
  const { metadata } = object
  const { strategy } = store.resource
  if (!strategy.defaultGraceSeconds) return 'no'
  const asked = options.gracePeriodSeconds
  const wanted = asked !== undefined && asked < 0 ? 1 : asked
  if (metadata.deletionTimestamp) {
    const current = metadata.deletionGracePeriodSeconds
    // Its time is over: what is left is to remove it.
    if (current === undefined || current === 0) return 'no'
    // Only a shorter period than before is heeded.
    if (wanted === undefined || wanted >= current) return 'pending'
    const requestedMs = Date.parse(metadata.deletionTimestamp) - current * 1000
    metadata.deletionTimestamp = timestamp(requestedMs + wanted * 1000)
    metadata.deletionGracePeriodSeconds = wanted
    return 'marked'
  }
  const seconds = strategy.defaultGraceSeconds(object)
  if (seconds === undefined) return 'no'
  // 0 by the strategy: nothing runs that would need the time.
  const grace = seconds === 0 ? 0 : (wanted ?? seconds)
  metadata.deletionTimestamp = timestamp(on.nowMs + grace * 1000)
  metadata.deletionGracePeriodSeconds = grace
  if (metadata.generation) metadata.generation++
  return 'marked'
}

function markDeleting(object: KubeObject, nowMs: number): void {
  const { metadata } = object
  const fresh = metadata.deletionGracePeriodSeconds === undefined
  if (fresh && metadata.generation) metadata.generation++
  metadata.deletionTimestamp ??= timestamp(nowMs)
  metadata.deletionGracePeriodSeconds = 0
}

/** Puts the finalizer of the propagation policy in place. Whether that changed anything. */
function setFinalizers(resource: Resource, object: KubeObject, options: DeleteOptions): boolean {
  const before = object.metadata.finalizers ?? []
  const wanted = policyFinalizer(resource, before, options)
  const after = before.filter((f) => f !== ORPHAN_FINALIZER && f !== FOREGROUND_FINALIZER)
  if (wanted) after.push(wanted)
  const same = after.length === before.length && after.every((f) => before.includes(f))
  if (same) return false
  if (after.length > 0) object.metadata.finalizers = after
  else delete object.metadata.finalizers
  return true
}

function policyFinalizer(
  resource: Resource,
  finalizers: readonly string[],
  options: DeleteOptions,
): string | undefined {
  if (options.orphanDependents !== undefined) {
    return options.orphanDependents ? ORPHAN_FINALIZER : undefined
  }
  if (options.propagationPolicy === 'Orphan') return ORPHAN_FINALIZER
  if (options.propagationPolicy === 'Foreground') return FOREGROUND_FINALIZER
  if (options.propagationPolicy === 'Background') return undefined
  const present = [ORPHAN_FINALIZER, FOREGROUND_FINALIZER].find((f) => finalizers.includes(f))
  const orphans = resource.strategy.defaultPropagation === 'orphan'
  return present ?? (orphans ? ORPHAN_FINALIZER : undefined)
}

function planNamespace(
  store: Pick<Store, 'resource'>,
  on: { object: KubeObject; options: DeleteOptions; nowMs: number },
): Plan {
  const { object, options, nowMs } = on
  if (!object.metadata.deletionTimestamp) {
    object.metadata.deletionTimestamp = timestamp(nowMs)
    setFinalizers(store.resource, object, options)
    Object.assign(object, { status: { ...statusOf(object), phase: 'Terminating' } })
    return { kind: 'mark', object, thenRemove: false }
  }
  const held = (object.metadata.finalizers ?? []).length > 0
  return held || holdsNamespace(store.resource, object) ? { kind: 'pending' } : { kind: 'remove' }
}

function statusOf(object: KubeObject): object {
  return 'status' in object && typeof object.status === 'object' && object.status !== null
    ? object.status
    : {}
}

async function mark(
  store: Store,
  call: Call,
  on: { origin: ObjectRevision; object: KubeObject; dryRun: boolean },
): Promise<Served | undefined> {
  const { origin } = on
  const stored = store.codec.encodeStored(on.object)
  if (on.dryRun) return unstored(store, stored, String(origin.revision))
  if (origin.storedEquals(stored)) return origin
  const result = await store.kv.update(origin.key, stored, origin.revision, {
    signal: call.signal,
  })
  if (result.kind === 'conflict') return undefined
  return served(store, origin.key, { stored, revision: result.revision })
}
