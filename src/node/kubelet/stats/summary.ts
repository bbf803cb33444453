import type { NodeUsage } from './node-usage.ts'
import type { Measured } from './samples.ts'

/** `/stats/summary`, with the fields that are known here (kubelet's `v1alpha1.Summary`). */
export function summary({ name, host, pods }: NodeUsage): object {
  return {
    node: {
      nodeName: name,
      ...(host && usage(host, host.memoryTotalBytes)),
    },
    pods: pods.map(({ containers, ...podRef }) => ({
      podRef,
      startTime: isoTime(Math.min(...containers.map((c) => c.startedAtMs))),
      containers: containers.map((container) => ({
        name: container.name,
        startTime: isoTime(container.startedAtMs),
        ...usage(container),
      })),
    })),
  }
}

// `windowSeconds`, over which the rate was measured, is ours: the metrics API has to tell it.
function usage({ atMs, cpuSeconds, memoryBytes, rate }: Measured, totalBytes?: number): object {
  const time = isoTime(atMs)
  return {
    cpu: {
      time,
      ...(rate && {
        usageNanoCores: Math.round(rate.cores * 1e9),
        windowSeconds: rate.windowMs / 1000,
      }),
      usageCoreNanoSeconds: Math.round(cpuSeconds * 1e9),
    },
    memory: {
      time,
      ...(totalBytes !== undefined && { availableBytes: totalBytes - memoryBytes }),
      usageBytes: memoryBytes,
      workingSetBytes: memoryBytes,
    },
  }
}

const isoTime = (ms: number) => new Date(ms).toISOString()
