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

/** Who is not gone this long after the control plane said that it goes, stays after all. */
const STALE_MS = 2 * 60_000
/** The reason of the node agent, whose word does not grow old. */
const BY_KUBELET = 'TerminationByKubelet'

/** Until the condition is stale; undefined where it cannot become so. */
export function staleInMs({ metadata, status }: Cached<Pod>, nowMs: number): number | undefined {
  const known = findCondition(status?.conditions, 'DisruptionTarget')
  if (known?.status !== 'True' || known.reason === BY_KUBELET) return undefined
  if (metadata.deletionTimestamp !== undefined || status?.phase === undefined) return undefined
  if (status.phase === 'Failed' || status.phase === 'Succeeded') return undefined
  const sinceMs = Date.parse(known.lastTransitionTime ?? '') || 0
  return Math.max(0, sinceMs + STALE_MS - nowMs)
}

/** Takes the word back that a pod goes. */
export async function clearDisrupted(
  client: Client,
  pod: Cached<Pod>,
  nowMs: number,
  options: { signal: AbortSignal },
): Promise<void> {
  const { name, namespace, uid } = pod.metadata
  const lastTransitionTime = formatTime(nowMs)
  const cleared = { status: 'False', reason: null, message: null, lastTransitionTime }
  const status = { conditions: [{ type: 'DisruptionTarget', ...cleared }] }
  const body = { metadata: { uid }, status }
  const patch = { type: 'strategic', body, subresource: 'status' } as const
  await client.for(pods).patch({ name, namespace }, patch, options)
}
