import { pods } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import type { PodView } from './framework/types.ts'

/**
 * Says in the pod's `PodScheduled` condition why it waits, and in its status where room is being
 * made for it (undefined: nowhere). Writes nothing when it says so already.
 */
export async function reportUnschedulable(
  about: {
    client: Client
    pod: PodView
    message: string
    nominatedNodeName: string | undefined
    nowMs: number
  },
  options: { signal: AbortSignal },
): Promise<void> {
  const { client, pod, message, nominatedNodeName, nowMs } = about
  const { name, namespace } = pod.metadata
  const current = (pod.status.conditions ?? []).find((c) => c.type === 'PodScheduled')
  const isKnown = current?.status === 'False' && current.message === message
  const isNominationKnown = (pod.status.nominatedNodeName || undefined) === nominatedNodeName
  if (isKnown && current.reason === 'Unschedulable' && isNominationKnown) return
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
  const body = {
    metadata: { uid: pod.metadata.uid },
    status: {
      conditions: [condition],
      ...(!isNominationKnown && { nominatedNodeName: nominatedNodeName ?? null }),
    },
  }
  const patch = { type: 'strategic', body, subresource: 'status' } as const
  await client.for(pods).patch({ name, namespace }, patch, options)
}
