import type { CustomResourceDefinition } from '../../../api/index.ts'
import { StatusError } from '../../../base/index.ts'
import { systemCall } from '../bootstrap/system-call.ts'
import { resourcePrefix } from '../keys.ts'
import { deleteObject } from '../registry/delete.ts'
import type { Store } from '../registry/store.ts'
import { mainRules, statusRules, updateObject } from '../registry/update.ts'
import { withCondition } from './conditions.ts'

/** Holds a definition until nothing of it is left. */
export const CLEANUP_FINALIZER = 'customresourcecleanup.apiextensions.k8s.io'

export interface CleanupParts {
  readonly definitions: Store
  /** The store of the definition's objects; undefined when it was never served. */
  readonly objects: Store | undefined
  readonly signal: AbortSignal
}

/**
 * One step towards the end of a definition that is being deleted: its objects go first, then its
 * finalizer. Whether it is done; otherwise it is to be called again.
 */
export async function cleanUp(
  definition: CustomResourceDefinition,
  { definitions, objects, signal }: CleanupParts,
): Promise<boolean> {
  const left = objects ? await deleteAll(objects, signal) : 0
  const nowMs = definitions.clock.nowMs()
  const given =
    left > 0
      ? {
          reason: 'InstanceDeletionInProgress',
          message: 'CustomResource deletion is in progress',
          status: 'True',
        }
      : {
          reason: 'InstanceDeletionCompleted',
          message: 'removed all instances',
          status: 'False',
        }
  const name = definition.metadata.name ?? ''
  const call = systemCall('', signal)
  await ifThere(() =>
    updateObject(definitions, call, {
      name,
      uid: definition.metadata.uid,
      rules: statusRules(definitions),
      change: (old) => {
        const { status } = old as CustomResourceDefinition
        const condition = { type: 'Terminating', ...given }
        status.conditions = withCondition(status.conditions ?? [], condition, nowMs)
        return old
      },
    }),
  )
  if (left > 0) return false
  await ifThere(() =>
    updateObject(definitions, call, {
      name,
      uid: definition.metadata.uid,
      rules: mainRules(definitions),
      change: (old) => {
        const { finalizers = [] } = old.metadata
        old.metadata.finalizers = finalizers.filter((other) => other !== CLEANUP_FINALIZER)
        return old
      },
    }),
  )
  return true
}

// Deletes every object. How many are still there: they have finalizers of their own.
async function deleteAll(objects: Store, signal: AbortSignal): Promise<number> {
  const { cache } = objects
  const before = await objects.kv.currentRevision({ signal })
  await cache.waitFor(before, { timeoutMs: SYNC_MS, signal })
  for (const object of cache.list(prefixOf(objects))) {
    const { name = '', namespace = '', deletionTimestamp } = object.parse().metadata
    if (deletionTimestamp) continue
    const call = systemCall(objects.resource.namespaced ? namespace : '', signal)
    await ifThere(() => deleteObject(objects, call, { name, options: {} }))
  }
  const now = await objects.kv.currentRevision({ signal })
  await cache.waitFor(now, { timeoutMs: SYNC_MS, signal })
  return cache.list(prefixOf(objects)).length
}

const SYNC_MS = 10_000

function prefixOf(store: Store): string {
  return resourcePrefix(store.resource)
}

async function ifThere(work: () => Promise<unknown>): Promise<void> {
  try {
    await work()
  } catch (error) {
    // Another master was quicker.
    const passed = error instanceof StatusError && ['NotFound', 'Conflict'].includes(error.reason)
    if (!passed) throw error
  }
}
