import type { KubeObject } from '../../../api/index.ts'
import { hasReason } from '../../../base/index.ts'
import { createObject } from '../registry/create.ts'
import { keyOf, type Store } from '../registry/store.ts'
import { systemCall } from './system-call.ts'

interface Options {
  readonly signal: AbortSignal
}

/** Makes an object that every cluster has, unless the cache has it: whether this call made it. */
export async function createMissing(
  store: Store,
  wanted: KubeObject,
  { signal }: Options,
): Promise<boolean> {
  const { name = '', namespace = '' } = wanted.metadata
  if (store.cache.get(keyOf(store, systemCall(namespace, signal), name))) return false
  return createFirst(store, wanted, { signal })
}

/** The same, whatever the cache says: false when another master was first. */
export async function createFirst(
  store: Store,
  wanted: KubeObject,
  { signal }: Options,
): Promise<boolean> {
  const object = structuredClone(wanted)
  store.resource.strategy.applyDefaults(object)
  try {
    await createObject(store, systemCall(wanted.metadata.namespace ?? '', signal), object)
    return true
  } catch (error) {
    if (!hasReason(error, 'AlreadyExists')) throw error
    return false
  }
}
