import { findCondition, formatTime, type Pod, pods } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import type { Cached } from './runtime.ts'

/** Writes why the control plane ends a pod into its condition `DisruptionTarget` (KEP-3329). */
export async function markDisrupted(
  client: Client,
  pod: Cached<Pod>,
  why: { reason: string; message: string; nowMs: number; phase?: string },
  options: { signal: AbortSignal },
): Promise<void> {
  const known = findCondition(pod.status?.conditions, 'DisruptionTarget')
  const phase = why.phase ?? pod.status?.phase
  const same = known?.status === 'True' && known.reason === why.reason
  if (same && pod.status?.phase === phase) return
  const condition = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: why.reason,
    message: why.message,
    lastTransitionTime: formatTime(why.nowMs),
  }
  const { name, namespace, uid } = pod.metadata
  const status = { ...(phase && { phase }), conditions: [condition] }
  const body = { metadata: { uid }, status }
  const patch = { type: 'strategic', body, subresource: 'status' } as const
  await client.for(pods).patch({ name, namespace }, patch, options)
}
