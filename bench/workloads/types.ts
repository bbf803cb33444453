import type { Cluster, ClusterOptions } from '../support/cluster.ts'

/** One figure of one peer. */
export interface Measurement {
  readonly name: string
  readonly value: number
  readonly unit: '/s' | 'µs' | 'ms' | 's' | 'MiB'
  readonly better: 'more' | 'less'
}

export interface Workload {
  /** Default: three members without any flags of their own. */
  readonly cluster?: ClusterOptions
  /** How often each peer has its turn; the median counts. */
  readonly turns: number
  /** Before the first turn: data, and a load that warms the peer up. */
  prepare?(cluster: Cluster): Promise<void>
  /** One turn. */
  measure(cluster: Cluster): Promise<Measurement[]>
}
