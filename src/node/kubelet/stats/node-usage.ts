import { runContainers, type PodView } from '../pod-words.ts'
import { newest } from '../container-plan.ts'
import type { Runtime } from '../runtime/types.ts'
import type { Measurements } from './meter.ts'
import type { Measured } from './samples.ts'

export interface ContainerUsage extends Measured {
  readonly name: string
  readonly startedAtMs: number
}

export interface PodUsage {
  readonly name: string
  readonly namespace: string
  readonly uid: string
  readonly containers: readonly ContainerUsage[]
}

/** What a node and its pods use. */
export interface NodeUsage {
  readonly name: string
  /** Undefined: not measured. */
  readonly host: Measurements['host']
  /** Pods of which something runs and was measured. */
  readonly pods: readonly PodUsage[]
}

/** Finds the containers of the pods in what was measured. */
export function nodeUsage(
  measured: Measurements,
  of: { nodeName: string; pods(): Iterable<PodView>; runtime: Pick<Runtime, 'containers'> },
): NodeUsage {
  const pods: PodUsage[] = []
  for (const { metadata, spec } of of.pods()) {
    const { name, namespace, uid } = metadata
    const observed = of.runtime.containers(uid)
    const containers: ContainerUsage[] = []
    for (const { name: container } of runContainers(spec)) {
      const attempt = newest(observed, container)
      if (attempt?.state.kind !== 'running') continue
      const { startedAtMs } = attempt.state
      const usage = measured.container(attempt.id, startedAtMs)
      if (usage) containers.push({ ...usage, name: container, startedAtMs })
    }
    if (containers.length > 0) pods.push({ name, namespace: namespace ?? '', uid, containers })
  }
  return { name: of.nodeName, host: measured.host, pods }
}
