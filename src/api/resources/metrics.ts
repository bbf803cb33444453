import { column, nameColumn } from '../columns/index.ts'
import type { NodeMetrics, PodMetrics } from '../metrics/index.ts'
import { NodeMetrics as declaredNode, PodMetrics as declaredPod } from '../metrics/index.ts'
import { formatQuantity, parseQuantity } from '../quantity/index.ts'
import type { Column, Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

type Usage = Readonly<Record<string, string>>

/** metrics-server's: what is used, and how long was measured. */
const usageColumns = <T extends NodeMetrics | PodMetrics>(
  usagesOf: (object: T) => readonly Usage[],
): readonly Column<T>[] => [
  nameColumn(),
  quantityColumn('cpu', usagesOf),
  quantityColumn('memory', usagesOf),
  column('Window', 'How long was measured.', ({ window }) => window, { format: 'duration' }),
]

function quantityColumn<T>(name: string, usagesOf: (object: T) => readonly Usage[]): Column<T> {
  const cell = (object: T) => {
    const amounts = usagesOf(object).map((usage) => parseQuantity(usage[name] ?? '0'))
    const nanos = amounts.reduce((sum, amount) => sum + amount.nanos, 0n)
    return formatQuantity({ nanos, format: amounts[0]?.format ?? 'DecimalSI' })
  }
  return column(name, `How much of ${name} is used.`, cell, { format: 'quantity' })
}

const GROUP = 'metrics.k8s.io'

export const nodeMetrics: Resource<NodeMetrics> = defineResource<NodeMetrics>({
  group: GROUP,
  version: 'v1beta1',
  kind: 'NodeMetrics',
  plural: 'nodes',
  singular: '',
  namespaced: false,
  verbs: ['get', 'list'],
  virtual: true,
  struct: declaredNode,
  columns: usageColumns(({ usage }) => [usage]),
  strategy: defineStrategy({}),
})

export const podMetrics: Resource<PodMetrics> = defineResource<PodMetrics>({
  group: GROUP,
  version: 'v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  singular: '',
  verbs: ['get', 'list'],
  virtual: true,
  struct: declaredPod,
  columns: usageColumns(({ containers }) => containers.map(({ usage }) => usage)),
  strategy: defineStrategy({}),
})

/** The group that metrics-server serves elsewhere; no part of `allResources`. */
export const metricsResources: readonly Resource[] = [nodeMetrics, podMetrics]
