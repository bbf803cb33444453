import type { HttpHandler } from '../../../src/base/index.ts'
import type { Observer } from './observer.ts'
import { isOver } from './seen.ts'

const HOT_NANO_CORES = 300_000_000
const COLD_NANO_CORES = 10_000_000
const MEMORY_BYTES = 1 << 20

/** Whether the pods of an application use more than their target, or less. */
export const isHot = (app: string): boolean => app === 'a'

/**
 * What every node's agent tells of usage: its pods have none, so it goes by their names. Nodes are
 * not told apart: the server looks for pods by their UIDs.
 */
export function usageOf(observer: Observer, nowMs: () => number): HttpHandler {
  return () => {
    const time = new Date(nowMs()).toISOString()
    const memory = { workingSetBytes: MEMORY_BYTES }
    const usage = (nanoCores: number) => {
      return { cpu: { time, usageNanoCores: nanoCores, windowSeconds: 1 }, memory }
    }
    const pods = observer
      .ofKind('Pod')
      .filter((pod) => pod.status?.['phase'] === 'Running' && !isOver(pod))
      .map(({ metadata }) => {
        const nanoCores = isHot(metadata.labels?.['app'] ?? '') ? HOT_NANO_CORES : COLD_NANO_CORES
        const podRef = { uid: metadata.uid }
        return { podRef, containers: [{ name: 'main', ...usage(nanoCores) }] }
      })
    const body = Buffer.from(JSON.stringify({ node: usage(HOT_NANO_CORES), pods }))
    return Promise.resolve({ status: 200, headers: {}, body })
  }
}
