import type { NodeUsage } from './node-usage.ts'
import type { Measured } from './samples.ts'

type Labels = Readonly<Record<string, string>>

interface Line {
  readonly labels: Labels
  readonly value: number
  readonly atMs?: number
}

/** `/metrics/resource`: usage as Prometheus and metrics-server read it, under kubelet's names. */
export function resourceMetrics({ host, pods }: NodeUsage): string {
  const containers = pods.flatMap(({ name: pod, namespace, containers: all }) =>
    all.map((usage) => ({ usage, labels: { container: usage.name, namespace, pod } })),
  )
  const wholes = pods.map(({ name: pod, namespace, containers: all }) => ({
    usage: sumOf(all),
    labels: { namespace, pod },
  }))
  const node = host ? [{ usage: host, labels: {} }] : []
  const starts = containers.map(({ usage, labels }) => ({
    labels,
    value: usage.startedAtMs / 1000,
  }))
  return [
    cpu('container', 'container', containers),
    memory('container', 'container', containers),
    family('container_start_time_seconds', 'gauge', 'When the container began', starts),
    cpu('node', 'node', node),
    memory('node', 'node', node),
    cpu('pod', 'pod', wholes),
    memory('pod', 'pod', wholes),
    family('resource_scrape_error', 'gauge', '1 if something could not be measured, else 0', [
      { labels: {}, value: host ? 0 : 1 },
    ]),
  ].join('')
}

interface Of {
  readonly usage: Pick<Measured, 'atMs' | 'cpuSeconds' | 'memoryBytes'>
  readonly labels: Labels
}

function cpu(prefix: string, what: string, all: readonly Of[]): string {
  const lines = all.map(({ usage, labels }) => {
    return { labels, value: usage.cpuSeconds, atMs: usage.atMs }
  })
  const help = `Processor time that the ${what} has used, in seconds`
  return family(`${prefix}_cpu_usage_seconds_total`, 'counter', help, lines)
}

function memory(prefix: string, what: string, all: readonly Of[]): string {
  const lines = all.map(({ usage, labels }) => {
    return { labels, value: usage.memoryBytes, atMs: usage.atMs }
  })
  const help = `Memory that the ${what} holds, in bytes`
  return family(`${prefix}_memory_working_set_bytes`, 'gauge', help, lines)
}

function sumOf(all: readonly Measured[]): Of['usage'] {
  return {
    atMs: Math.max(...all.map((each) => each.atMs)),
    cpuSeconds: all.reduce((sum, each) => sum + each.cpuSeconds, 0),
    memoryBytes: all.reduce((sum, each) => sum + each.memoryBytes, 0),
  }
}

export function family(name: string, type: string, help: string, lines: readonly Line[]): string {
  if (lines.length === 0) return ''
  const texts = lines.map(({ labels, value, atMs }) => {
    const pairs = Object.entries(labels).map(([key, text]) => `${key}=${JSON.stringify(text)}`)
    const braces = pairs.length > 0 ? `{${pairs.join(',')}}` : ''
    return `${name}${braces} ${value}${atMs === undefined ? '' : ` ${atMs}`}\n`
  })
  return `# HELP ${name} ${help}\n# TYPE ${name} ${type}\n${texts.join('')}`
}
