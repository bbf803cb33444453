import { pods } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import type { PodView } from './framework/types.ts'

/** Says in the pod's `PodScheduled` condition why it waits; writes nothing when it says so already. */
export async function reportUnschedulable(
  about: { client: Client; pod: PodView; message: string; nowMs: number },
  options: { signal: AbortSignal },
): Promise<void> {
  const { client, pod, message, nowMs } = about
  const { name, namespace } = pod.metadata
  const current = (pod.status.conditions ?? []).find((c) => c.type === 'PodScheduled')
  const isKnown = current?.status === 'False' && current.message === message
  if (isKnown && current.reason === 'Unschedulable') return
  const lastTransitionTime =
    current?.status === 'False' && current.lastTransitionTime
      ? current.lastTransitionTime
      : new Date(nowMs).toISOString().replace(/\.\d+Z$/, 'Z')
  const condition = {
    type: 'PodScheduled',
    status: 'False',
    reason: 'Unschedulable',
    message,
    lastTransitionTime,
  }
  const body = { metadata: { uid: pod.metadata.uid }, status: { conditions: [condition] } }
  const patch = { type: 'strategic', body, subresource: 'status' } as const
  await client.for(pods).patch({ name, namespace }, patch, options)
}
