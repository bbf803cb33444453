import type { KubeObject, Namespace, Resource } from '../../../api/index.ts'
import { ObjectRevision } from '../object-revision.ts'
import type { Call, Store } from './store.ts'

/** Finalizers that stand for a propagation policy; the garbage collector works them off. */
export const ORPHAN_FINALIZER = 'orphan'
export const FOREGROUND_FINALIZER = 'foregroundDeletion'

/** Whether this update takes away the last thing that held a deleted object. */
export function isDeletionComplete(
  resource: Resource,
  object: KubeObject,
  old: KubeObject,
): boolean {
  if (!old.metadata.deletionTimestamp) return false
  if ((object.metadata.finalizers ?? []).length > 0) return false
  if ((old.metadata.deletionGracePeriodSeconds ?? 0) > 0) return false
  return !holdsNamespace(resource, object)
}

/** A namespace has finalizers of its own, in its spec, and goes when both lists are empty. */
export function holdsNamespace(resource: Resource, object: KubeObject): boolean {
  if (resource.kind !== 'Namespace' || resource.group !== '') return false
  const { spec } = object as Partial<Namespace>
  return (spec?.finalizers ?? []).length > 0
}

export type Finished =
  | { readonly kind: 'done' }
  | { readonly kind: 'conflict'; readonly current: ObjectRevision | undefined }

/** Removes the key if the object is still as it was seen, and gives back what the object held. */
export async function finishDeletion(
  store: Store,
  call: Call,
  on: { origin: ObjectRevision; object: KubeObject },
): Promise<Finished> {
  const { origin } = on
  const result = await store.kv.delete(origin.key, origin.revision, { signal: call.signal })
  if (result.kind === 'conflict') {
    const current = result.current && ObjectRevision.fromStored(store.codec, result.current)
    return { kind: 'conflict', current }
  }
  await store.hooks.afterDelete?.(on.object)
  return { kind: 'done' }
}
