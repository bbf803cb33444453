import type { ProcessIdentity } from './processes.ts'

/** What something has used of the processors, and how much memory it holds now. */
export interface Usage {
  /** Since it began. */
  readonly cpuSeconds: number
  readonly memoryBytes: number
}

export interface HostUsage extends Usage {
  readonly memoryTotalBytes: number
}

/** Measures what runs on this machine. */
export interface UsageMeter {
  /**
   * Of each process with all that it has started, in the given order; undefined for one that is
   * gone.
   */
  trees(roots: readonly ProcessIdentity[]): Promise<readonly (Usage | undefined)[]>
  /** Of the whole machine, whoever else runs there. */
  host(): Promise<HostUsage>
}
