import type { KubeObject, Pod } from '../../../api/index.ts'
import type { DeepReadonly } from '../../../base/index.ts'
import type { Lookup } from '../admission/index.ts'
import { namespacePrefix } from '../keys.ts'
import type { WatchItem } from '../cache/watcher.ts'

/** What a node may read because a pod of its needs it. */
export type Needed =
  | 'secrets'
  | 'configmaps'
  | 'persistentvolumeclaims'
  | 'serviceaccounts'
  | 'resourceclaims'

/**
 * Which pods, and through them which other objects, belong to which node: followed in the cache of
 * pods, so that a question costs no walk over all of them.
 */
export class NodeGraph {
  readonly #lookup: Lookup
  /** By pod, where it is and what it needs. */
  readonly #pods = new Map<string, { node: string; needs: readonly string[] }>()
  /** By node, how many of its pods need a thing. */
  readonly #nodes = new Map<string, Map<string, number>>()

  constructor(lookup: Lookup) {
    this.#lookup = lookup
  }

  hasPod(node: string, at: { namespace: string; name: string }): boolean {
    return this.#pods.get(`${at.namespace}/${at.name}`)?.node === node
  }

  /** Whether a pod of the node names the object, or its volume does. */
  needs(node: string, kind: Needed, at: { namespace: string; name: string }): boolean {
    const needed = this.#nodes.get(node)
    if (!needed) return false
    if (needed.has(keyOf(kind, at.namespace, at.name))) return true
    return kind === 'secrets' && this.#volumesOf(node).some((v) => volumeSecrets(v).has(pathOf(at)))
  }

  /** Whether a pod of the node uses the volume, by its claim. */
  needsVolume(node: string, name: string): boolean {
    return this.#volumesOf(node).some(({ metadata }) => metadata.name === name)
  }

  #volumesOf(node: string): readonly DeepReadonly<Volume>[] {
    const needed = this.#nodes.get(node)
    const volumes = this.#lookup.list<Volume>({ group: '', plural: 'persistentvolumes' })
    return volumes.filter(({ spec }) => {
      const { namespace = '', name = '' } = spec?.claimRef ?? {}
      return needed?.has(keyOf('persistentvolumeclaims', namespace, name)) ?? false
    })
  }

  /** Follows the pods until the signal. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const store = this.#lookup.store({ group: '', plural: 'pods' })
    if (!store) return
    const { cache } = store
    const prefix = namespacePrefix(store.resource, undefined)
    while (!signal.aborted) {
      this.#pods.clear()
      this.#nodes.clear()
      const watcher = cache.watch({ prefix, from: undefined, matches: () => true })
      const onAbort = () => watcher.end()
      signal.addEventListener('abort', onAbort, { once: true })
      for await (const items of watcher) for (const item of items) this.#apply(item)
      signal.removeEventListener('abort', onAbort)
    }
  }

  #apply(item: WatchItem): void {
    if (item.type === 'ERROR' || item.type === 'BOOKMARK') return
    const pod = item.object.readForAll() as DeepReadonly<Pod>
    const { namespace = '', name = '' } = pod.metadata
    const key = `${namespace}/${name}`
    this.#forget(key)
    const node = pod.spec.nodeName ?? ''
    if (item.type === 'DELETED' || node === '') return
    // What a node makes by itself gives it no rights.
    const needs = pod.metadata.annotations?.[MIRROR] === undefined ? needsOf(pod) : []
    this.#pods.set(key, { node, needs })
    const counts = this.#nodes.get(node) ?? new Map<string, number>()
    this.#nodes.set(node, counts)
    for (const need of needs) counts.set(need, (counts.get(need) ?? 0) + 1)
  }

  #forget(key: string): void {
    const known = this.#pods.get(key)
    if (!known) return
    this.#pods.delete(key)
    const counts = this.#nodes.get(known.node)
    for (const need of known.needs) {
      const left = (counts?.get(need) ?? 0) - 1
      if (left > 0) counts?.set(need, left)
      else counts?.delete(need)
    }
  }
}

const MIRROR = 'kubernetes.io/config.mirror'

interface Volume extends KubeObject {
  spec?: { claimRef?: { namespace?: string; name?: string } }
}

const keyOf = (kind: Needed, namespace: string, name: string) => `${kind}/${namespace}/${name}`
const pathOf = (at: { namespace: string; name: string }) => `${at.namespace}/${at.name}`

/** Secrets of a volume's driver, wherever in its source they stand. */
function volumeSecrets(volume: object): Set<string> {
  const found = new Set<string>()
  const walk = (value: unknown, within: string) => {
    if (typeof value !== 'object' || value === null) return
    for (const [key, item] of Object.entries(value)) {
      const ref = item as { name?: string; namespace?: string } | null
      if (/secretRef$/i.test(key) && ref?.name) {
        found.add(pathOf({ namespace: ref.namespace ?? within, name: ref.name }))
      }
      walk(item, within)
    }
  }
  const { spec } = volume as Volume
  walk(spec, spec?.claimRef?.namespace ?? '')
  return found
}

/** Pure: everything that a pod names. */
export function needsOf(pod: DeepReadonly<Pod>): string[] {
  const { namespace = '', name: podName = '' } = pod.metadata
  const needs = new Set<string>()
  const add = (kind: Needed, name: string | undefined) => {
    if (name) needs.add(keyOf(kind, namespace, name))
  }
  const { spec } = pod
  add('serviceaccounts', spec.serviceAccountName)
  for (const { name } of spec.imagePullSecrets ?? []) add('secrets', name)
  for (const container of [
    ...spec.containers,
    ...(spec.initContainers ?? []),
    ...(spec.ephemeralContainers ?? []),
  ]) {
    for (const { secretRef, configMapRef } of container.envFrom ?? []) {
      add('secrets', secretRef?.name)
      add('configmaps', configMapRef?.name)
    }
    for (const { valueFrom } of container.env ?? []) {
      add('secrets', valueFrom?.secretKeyRef?.name)
      add('configmaps', valueFrom?.configMapKeyRef?.name)
    }
  }
  for (const volume of spec.volumes ?? []) {
    add('persistentvolumeclaims', volume.persistentVolumeClaim?.claimName)
    if (volume.ephemeral) add('persistentvolumeclaims', `${podName}-${volume.name}`)
    add('secrets', volume.secret?.secretName)
    add('configmaps', volume.configMap?.name)
    for (const { secret, configMap } of volume.projected?.sources ?? []) {
      add('secrets', secret?.name)
      add('configmaps', configMap?.name)
    }
    // Of the drivers of old, each has its secret in a place of its own.
    for (const path of volumeSecrets({ spec: { ...volume, claimRef: { namespace } } })) {
      const [, secret] = path.split('/')
      add('secrets', secret)
    }
  }
  for (const claim of spec.resourceClaims ?? []) {
    const status = pod.status?.resourceClaimStatuses?.find(({ name }) => name === claim.name)
    add('resourceclaims', claim.resourceClaimName ?? status?.resourceClaimName)
  }
  return [...needs]
}
