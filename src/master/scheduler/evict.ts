import { formatTime, pods } from '../../api/index.ts'
import { hasReason } from '../../base/index.ts'
import type { Client, EventRecorder } from '../../client/index.ts'
import type { PodView } from './framework/types.ts'

/**
 * Deletes pods to make room for another one; each says why in its condition `DisruptionTarget`
 * (KEP-3329). One that is gone or going already is left alone.
 */
export async function evictVictims(
  parts: {
    client: Client
    events: EventRecorder
    preemptor: PodView
    nodeName: string
    victims: readonly PodView[]
    nowMs: number
  },
  options: { signal: AbortSignal },
): Promise<void> {
  const { client, events, preemptor, nodeName, nowMs } = parts
  const message = `${preemptor.spec.schedulerName ?? ''}: preempting to accommodate a higher priority pod`
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'PreemptionByScheduler',
    message,
    lastTransitionTime: formatTime(nowMs),
  }
  const evict = async (victim: PodView) => {
    if (victim.metadata.deletionTimestamp !== undefined) return
    const { name, namespace, uid } = victim.metadata
    const body = { metadata: { uid }, status: { conditions: [condition] } }
    const patch = { type: 'strategic', body, subresource: 'status' } as const
    try {
      await client.for(pods).patch({ name, namespace }, patch, options)
      await client.for(pods).delete({ name, namespace }, { preconditions: { uid } }, options)
    } catch (error) {
      // Gone, or its name is taken by another pod: the room is there all the same.
      if (hasReason(error, 'NotFound') || hasReason(error, 'Conflict')) return
      throw error
    }
    const told = `Preempted by pod ${preemptor.metadata.uid} on node ${nodeName}`
    events.event(victim, {
      type: 'Normal',
      reason: 'Preempted',
      action: 'Preempting',
      message: told,
      related: preemptor,
    })
  }
  await Promise.all(parts.victims.map(evict))
}

/** Takes back that room is being made for a pod: another one needs it more. */
export async function clearNomination(
  about: { client: Client; pod: PodView },
  options: { signal: AbortSignal },
): Promise<void> {
  const { name, namespace, uid } = about.pod.metadata
  const body = { metadata: { uid }, status: { nominatedNodeName: null } }
  const patch = { type: 'strategic', body, subresource: 'status' } as const
  await about.client.for(pods).patch({ name, namespace }, patch, options)
}
