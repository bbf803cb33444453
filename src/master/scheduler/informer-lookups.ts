import {
  controllerOf,
  matchesLabels,
  namespaces,
  replicaSets,
  services,
  type LabelSelector,
} from '../../api/index.ts'
import type { DeepReadonly } from '../../base/index.ts'
import type { Informers } from '../../client/index.ts'
import type { ClusterLookups } from './framework/lookups.ts'
import type { PodView } from './framework/types.ts'

/** Answers the plugins' questions from the informers. */
export class InformerLookups implements ClusterLookups {
  readonly #informers: Informers

  constructor(informers: Informers) {
    this.#informers = informers
    for (const resource of [namespaces, services, replicaSets]) informers.for(resource)
  }

  async whenSynced(options: { signal: AbortSignal }): Promise<void> {
    await this.#informers.for(namespaces).whenSynced(options)
    await this.#informers.for(services).whenSynced(options)
    await this.#informers.for(replicaSets).whenSynced(options)
  }

  namespaceLabels(name: string): Readonly<Record<string, string>> {
    return this.#informers.for(namespaces).get(name)?.metadata.labels ?? {}
  }

  siblingsOf(pod: PodView): DeepReadonly<LabelSelector> | undefined {
    const matchLabels: Record<string, string> = {}
    for (const { spec } of this.#informers.for(services).inNamespace(pod.metadata.namespace)) {
      if (matchesLabels(spec.selector, pod.metadata.labels)) {
        Object.assign(matchLabels, spec.selector)
      }
    }
    const owned = this.#replicaSetSelector(pod)
    const matchExpressions = [
      ...Object.entries(owned?.matchLabels ?? {}).map(([key, value]) => ({
        key,
        operator: 'In',
        values: [value],
      })),
      ...(owned?.matchExpressions ?? []),
    ]
    const isEmpty = Object.keys(matchLabels).length + matchExpressions.length === 0
    return isEmpty ? undefined : { matchLabels, matchExpressions }
  }

  #replicaSetSelector(pod: PodView): DeepReadonly<LabelSelector> | undefined {
    const owner = controllerOf(pod)
    if (owner?.kind !== replicaSets.kind) return undefined
    const key = `${pod.metadata.namespace}/${owner.name}`
    return this.#informers.for(replicaSets).get(key)?.spec.selector
  }
}
