import { hasReason } from '../../base/index.ts'
import { pods } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import { type ReadPod, TRACKING_FINALIZER } from './job-pods.ts'

/** Takes the tracking finalizer from pods whose end is written down. */
export async function releasePods(
  client: Client,
  released: Iterable<ReadPod>,
  call: { signal: AbortSignal },
): Promise<void> {
  const results = await Promise.allSettled(
    Array.from(released, async ({ metadata }) => {
      const { name, namespace, uid } = metadata
      const body = {
        metadata: { uid, '$deleteFromPrimitiveList/finalizers': [TRACKING_FINALIZER] },
      }
      try {
        await client.for(pods).patch({ name, namespace }, { type: 'strategic', body }, call)
      } catch (error) {
        if (!hasReason(error, 'NotFound', 'Invalid', 'Conflict')) throw error
      }
    }),
  )
  const failed = results.find((result) => result.status === 'rejected')
  if (failed) throw failed.reason
}
