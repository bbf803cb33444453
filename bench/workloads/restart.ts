import type { Cluster } from '../support/cluster.ts'
import { fill } from './h2load.ts'
import type { Measurement, Workload } from './types.ts'

/** Memory, and the time that a full restart after SIGKILL takes, with so many keys of 256 bytes. */
export function restart(keys: number): Workload {
  const what = `${keys.toLocaleString('en')} keys`
  return {
    turns: 3,
    prepare: (cluster) => fill(cluster, { prefix: 'restart/', keys }),
    async measure(cluster) {
      const memory = mean(cluster.memoryMib())
      for (let i = 0; i < 3; i++) cluster.kill(i)
      const startedMs = performance.now()
      for (let i = 0; i < 3; i++) cluster.start(i)
      await cluster.whenReady()
      const seconds = (performance.now() - startedMs) / 1000
      return [
        { name: `memory per member, ${what}`, value: memory, unit: 'MiB', better: 'less' },
        { name: `restart of all, ${what}`, value: seconds, unit: 's', better: 'less' },
      ] satisfies Measurement[]
    },
  }
}

/** As after a start, and right after the first load of `keys`. */
export function memory(keys: number): Workload {
  return {
    turns: 1,
    async measure(cluster: Cluster) {
      const idle = mean(cluster.memoryMib())
      await fill(cluster, { prefix: 'memory/', keys })
      const full = mean(cluster.memoryMib())
      const filled = `memory per member, ${keys.toLocaleString('en')} keys just written`
      return [
        { name: 'memory per member, empty', value: idle, unit: 'MiB', better: 'less' },
        { name: filled, value: full, unit: 'MiB', better: 'less' },
      ] satisfies Measurement[]
    },
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
