import {
  type CSINode,
  controllerOf,
  csiNodes,
  matchesLabels,
  type KubeObject,
  type LabelSelector,
  namespaces,
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  replicaSets,
  services,
  type StorageClass,
  storageClasses,
} from '../../api/index.ts'
import type { DeepReadonly } from '../../base/index.ts'
import type { Informers } from '../../client/index.ts'
import type { ClusterLookups, ObjectPlace } from './framework/lookups.ts'
import type { PodView } from './framework/types.ts'

const BY_CLASS = 'storage-class'
/** Everything that the plugins ask about beside nodes and pods. */
const ASKED = [
  namespaces,
  services,
  replicaSets,
  podDisruptionBudgets,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
  csiNodes,
] as const

/** Answers the plugins' questions from the informers. */
export class InformerLookups implements ClusterLookups {
  readonly #informers: Informers

  constructor(informers: Informers) {
    this.#informers = informers
    for (const resource of ASKED) informers.for<KubeObject>(resource)
    const classOf = ({ spec }: DeepReadonly<PersistentVolume>) => [spec?.storageClassName ?? '']
    informers.for(persistentVolumes).addIndex(BY_CLASS, classOf)
  }

  async whenSynced(options: { signal: AbortSignal }): Promise<void> {
    for (const resource of ASKED) {
      await this.#informers.for<KubeObject>(resource).whenSynced(options)
    }
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

  disruptionBudgets(namespace: string): Iterable<DeepReadonly<PodDisruptionBudget>> {
    return this.#informers.for(podDisruptionBudgets).inNamespace(namespace)
  }

  claim({ namespace, name }: ObjectPlace): DeepReadonly<PersistentVolumeClaim> | undefined {
    return this.#informers.for(persistentVolumeClaims).get(`${namespace}/${name}`)
  }

  volume(name: string): DeepReadonly<PersistentVolume> | undefined {
    return this.#informers.for(persistentVolumes).get(name)
  }

  volumesOf(storageClassName: string): Iterable<DeepReadonly<PersistentVolume>> {
    return this.#informers.for(persistentVolumes).byIndex(BY_CLASS, storageClassName)
  }

  storageClass(name: string): DeepReadonly<StorageClass> | undefined {
    return this.#informers.for(storageClasses).get(name)
  }

  csiNode(name: string): DeepReadonly<CSINode> | undefined {
    return this.#informers.for(csiNodes).get(name)
  }

  #replicaSetSelector(pod: PodView): DeepReadonly<LabelSelector> | undefined {
    const owner = controllerOf(pod)
    if (owner?.kind !== replicaSets.kind) return undefined
    const key = `${pod.metadata.namespace}/${owner.name}`
    return this.#informers.for(replicaSets).get(key)?.spec.selector
  }
}
