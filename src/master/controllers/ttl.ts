import { type Node, nodes } from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import { type Controller, type ControllerContext, changesOf, done, objectsOf } from './runtime.ts'

const ANNOTATION = 'node.alpha.kubernetes.io/ttl'

/** For clusters of so many nodes: how long node agents may believe what they read. */
const STEPS = [
  { least: 0, most: 100, seconds: 0 },
  { least: 90, most: 500, seconds: 15 },
  { least: 450, most: 1000, seconds: 30 },
  { least: 900, most: 2000, seconds: 60 },
  { least: 1800, most: 10_000, seconds: 300 },
  { least: 9000, most: Infinity, seconds: 600 },
] as const

/** Tells node agents for how long they may keep secrets and config maps, by the cluster's size. */
export function ttlController(context: ControllerContext): Controller {
  const informer = context.informers.for(nodes)
  let count = 0
  let step = 0

  async function reconcile(name: string, call: { signal: AbortSignal }): Promise<ReconcileResult> {
    const node = informer.get(name)
    const wanted = String(STEPS[step]?.seconds)
    if (!node || node.metadata.annotations?.[ANNOTATION] === wanted) return done
    const body = { metadata: { annotations: { [ANNOTATION]: wanted } } }
    await context.client.for(nodes).patch({ name }, { type: 'strategic', body }, call)
    return done
  }

  return {
    name: 'ttl-controller',
    sources: [
      changesOf<Node>(informer, ({ old, now }) => {
        count += Number(now !== undefined) - Number(old !== undefined)
        step = ttlStep(step, count)
        return []
      }),
      objectsOf<Node>(informer),
    ],
    reconcile,
  }
}

/** The next step, which overlaps with its neighbours so that a node more or less changes nothing. */
export function ttlStep(step: number, nodeCount: number): number {
  let next = step
  while (nodeCount > (STEPS[next]?.most ?? Infinity)) next++
  while (nodeCount < (STEPS[next]?.least ?? 0)) next--
  return next
}
