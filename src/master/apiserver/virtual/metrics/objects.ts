import {
  formatGoDuration,
  formatQuantity,
  formatTime,
  type Node,
  type NodeMetrics,
  type Pod,
  type PodMetrics,
} from '../../../../api/index.ts'
import type { Summary, UsageStats } from './summary.ts'

/** A window where the agent does not tell it: the kubelet's housekeeping interval. */
const WINDOW_SECONDS = 10

/** Undefined: not measured, or not twice. */
export function nodeMetricsOf(
  { metadata }: Node,
  summary: Summary | undefined,
  nowMs: number,
): NodeMetrics | undefined {
  const measured = summary && measuredOf(summary.node)
  if (!measured) return undefined
  const { usage, ...when } = measured
  return { metadata: metadataOf(metadata, nowMs), ...when, usage }
}

/** Undefined unless every container that runs was measured. */
export function podMetricsOf(
  { metadata, status }: Pod,
  summary: Summary | undefined,
  nowMs: number,
): PodMetrics | undefined {
  const pod = summary?.pods.find(({ podRef }) => podRef.uid === metadata.uid)
  const stats = (pod?.containers ?? []).map((of) => ({ name: of.name, measured: measuredOf(of) }))
  const measured = stats.flatMap(({ name, measured: of }) => (of ? [{ name, ...of }] : []))
  const running = (status?.containerStatuses ?? []).filter(({ state }) => state?.running)
  const isWhole = running.every(({ name }) => measured.some((of) => of.name === name))
  const [first] = [...measured].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
  if (!first || !isWhole) return undefined
  return {
    metadata: metadataOf(metadata, nowMs),
    timestamp: first.timestamp,
    window: first.window,
    containers: measured.map(({ name, usage }) => ({ name, usage })),
  }
}

function metadataOf({ name, namespace, labels }: Pod['metadata'], nowMs: number) {
  return {
    name: name ?? '',
    ...(namespace !== undefined && { namespace }),
    creationTimestamp: formatTime(nowMs),
    ...(labels && { labels }),
  }
}

function measuredOf(
  stats: UsageStats,
): { timestamp: string; window: string; usage: Record<string, string> } | undefined {
  const { cpu, memory } = stats
  if (cpu?.usageNanoCores === undefined || memory?.workingSetBytes === undefined) return undefined
  const bytes = BigInt(Math.round(memory.workingSetBytes))
  return {
    timestamp: formatTime(Date.parse(cpu.time)),
    window: formatGoDuration((cpu.windowSeconds ?? WINDOW_SECONDS) * 1000),
    usage: {
      cpu: formatQuantity({ nanos: BigInt(Math.round(cpu.usageNanoCores)), format: 'DecimalSI' }),
      memory: formatQuantity({ nanos: bytes * 1_000_000_000n, format: 'BinarySI' }),
    },
  }
}
