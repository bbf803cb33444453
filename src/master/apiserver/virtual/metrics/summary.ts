/** What is read of a kubelet's `/stats/summary`. */
export interface Summary {
  readonly node: UsageStats
  readonly pods: readonly {
    readonly podRef: { readonly uid: string }
    readonly containers: readonly (UsageStats & { readonly name: string })[]
  }[]
}

export interface UsageStats {
  readonly cpu?: {
    readonly time: string
    /** Absent: nothing was measured before. */
    readonly usageNanoCores?: number
    /** Ours; other kubelets do not tell. */
    readonly windowSeconds?: number
  }
  readonly memory?: { readonly workingSetBytes?: number }
}

/** Throws for what is no summary. */
export function parseSummary(bytes: Uint8Array): Summary {
  const value: Partial<Summary> = JSON.parse(Buffer.from(bytes).toString('utf8'))
  const { node = {}, pods = [] } = value
  if (typeof node !== 'object' || !Array.isArray(pods)) throw new Error('not a summary')
  return { node, pods }
}
