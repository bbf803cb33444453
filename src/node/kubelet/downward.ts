import type { DeepReadonly } from '../../base/index.ts'
import {
  type ObjectFieldSelector,
  parseQuantity,
  type ResourceFieldSelector,
} from '../../api/index.ts'
import { runContainers, type PodView } from './pod-words.ts'

/** What a pod's own fields do not say. */
export interface DownwardFacts {
  readonly podIp: string
  readonly hostIp: string
  readonly nodeName: string
  /** Stand in for limits that a container does not set: CPU in cores, memory in bytes. */
  readonly allocatable: Readonly<Record<string, string>>
}

/** A downward API reference that cannot be resolved; the message names it. */
export class DownwardError extends Error {
  override readonly name = 'DownwardError'
}

const KEYED = /^metadata\.(annotations|labels)\['(.+)'\]$/

/** The text of a `fieldRef`. Throws `DownwardError` for a field that there is not. */
export function fieldValue(
  pod: PodView,
  selector: DeepReadonly<ObjectFieldSelector>,
  facts: DownwardFacts,
): string {
  const path = selector.fieldPath
  const { metadata, spec } = pod
  const keyed = KEYED.exec(path)
  if (keyed) {
    const map = keyed[1] === 'labels' ? metadata.labels : metadata.annotations
    return map?.[keyed[2] as string] ?? ''
  }
  switch (path) {
    case 'metadata.name':
      return metadata.name
    case 'metadata.namespace':
      return metadata.namespace
    case 'metadata.uid':
      return metadata.uid
    case 'metadata.labels':
      return formatMap(metadata.labels)
    case 'metadata.annotations':
      return formatMap(metadata.annotations)
    case 'spec.nodeName':
      return facts.nodeName
    case 'spec.serviceAccountName':
      return spec.serviceAccountName ?? 'default'
    case 'spec.restartPolicy':
      return spec.restartPolicy ?? 'Always'
    case 'spec.schedulerName':
      return spec.schedulerName ?? 'default-scheduler'
    case 'status.podIP':
    case 'status.podIPs':
      return facts.podIp
    case 'status.hostIP':
    case 'status.hostIPs':
      return facts.hostIp
    default:
      throw new DownwardError(`unsupported fieldPath: ${path}`)
  }
}

/** `key="value"` lines, sorted, values quoted as Go quotes strings. */
function formatMap(map: DeepReadonly<Record<string, string>> | undefined): string {
  return Object.entries(map ?? {})
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
    .join('\n')
}

/**
 * The text of a `resourceFieldRef`: the amount divided by the divisor, rounded up. A limit that is
 * not set is what the node can give; a request that is not set is 0.
 */
export function resourceValue(
  pod: PodView,
  selector: DeepReadonly<ResourceFieldSelector>,
  ownName: string | undefined,
  facts: DownwardFacts,
): string {
  const name = selector.containerName || ownName
  const container = runContainers(pod.spec).find((c) => c.name === name)
  if (!container) throw new DownwardError(`container ${name ?? ''} not found`)
  const dot = selector.resource.indexOf('.')
  const list = selector.resource.slice(0, dot)
  const resource = selector.resource.slice(dot + 1)
  if (list !== 'limits' && list !== 'requests') {
    throw new DownwardError(`unsupported container resource : ${selector.resource}`)
  }
  const limit = container.resources?.limits?.[resource]
  const text =
    list === 'limits'
      ? (limit ?? facts.allocatable[resource] ?? '0')
      : (container.resources?.requests?.[resource] ?? limit ?? '0')
  const divisor = nanosOf(selector.divisor) || 1_000_000_000n
  return String((nanosOf(text) + divisor - 1n) / divisor)
}

function nanosOf(text: string | undefined): bigint {
  return parseQuantity(text ?? '0')?.nanos ?? 0n
}
