import { type Clock, hasReason, withTimeout } from '../../base/index.ts'
import type {
  ConfigMap,
  KubeObject,
  PersistentVolume,
  Resource,
  Secret,
  Stored,
} from '../../api/index.ts'
import { configMaps, persistentVolumeClaims, persistentVolumes, secrets } from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import type { ObjectSource } from './environment.ts'
import { referencedObjects } from './volumes.ts'
import type { PodView } from './pod-words.ts'
import { ServiceAccountTokens, tokenKey, tokenWishes } from './service-account-tokens.ts'

/** How old a copy may be that is still good for refreshing a volume. */
export const OBJECT_TTL_MS = 10_000
const ENTRIES_MAX = 4096
/** How long a read may take while there is an older copy to fall back on. */
const PATIENCE_MS = 1_000

interface Entry {
  readonly readAtMs: number
  readonly object: Promise<KubeObject | undefined>
  /** The object as it was last read with success; it serves while no master answers. */
  readonly last: KubeObject | undefined
}

/**
 * ConfigMaps, Secrets and volumes that the node's pods refer to, read one by one when needed: a node is not
 * shown what its pods do not use. Copies are shared between pods for a short while.
 */
export class ObjectCache {
  readonly #client: Client
  readonly #clock: Clock
  readonly #tokens: ServiceAccountTokens
  readonly #entries = new Map<string, Entry>()

  constructor(parts: { client: Client; clock: Clock }) {
    this.#client = parts.client
    this.#clock = parts.clock
    this.#tokens = new ServiceAccountTokens(parts)
  }

  /** What `pod` refers to, no older than `maxAgeMs`. Absent objects are undefined in the source. */
  async sourceFor(
    pod: PodView,
    options: { maxAgeMs: number; signal: AbortSignal },
  ): Promise<ObjectSource> {
    const { namespace } = pod.metadata
    const names = referencedObjects(pod)
    const read = async <T extends KubeObject>(resource: Resource<T>, of: ReadonlySet<string>) => {
      const found = new Map<string, T>()
      const reads = [...of].map(async (name) => {
        const object = await this.#get(resource, { namespace, name }, options)
        if (object) found.set(name, object)
      })
      await Promise.all(reads)
      return found
    }
    const [maps, secretMap, tokens, volumes] = await Promise.all([
      read<ConfigMap>(configMaps, names.configMaps),
      read<Secret>(secrets, names.secrets),
      this.#tokensFor(pod, options),
      this.#claimedVolumes(pod, names.claims, options),
    ])
    return {
      configMap: (name) => maps.get(name),
      secret: (name) => secretMap.get(name),
      token: (key) => tokens.get(key),
      claimedVolume: (claim) => volumes.get(claim),
    }
  }

  async #tokensFor(
    pod: PodView,
    options: { signal: AbortSignal },
  ): Promise<ReadonlyMap<string, string>> {
    const tokens = new Map<string, string>()
    const reads = tokenWishes(pod).map(async (wish) => {
      tokens.set(tokenKey(wish), await this.#tokens.get(pod, wish, options))
    })
    await Promise.all(reads)
    return tokens
  }

  /** By the names of their claims. A volume that has another claim by now is not the pod's. */
  async #claimedVolumes(
    { metadata: { namespace } }: PodView,
    claims: ReadonlySet<string>,
    options: { maxAgeMs: number; signal: AbortSignal },
  ): Promise<Map<string, PersistentVolume>> {
    const found = new Map<string, PersistentVolume>()
    const reads = [...claims].map(async (name) => {
      const claim = await this.#get(persistentVolumeClaims, { namespace, name }, options)
      const { volumeName } = claim?.spec ?? {}
      if (!claim || !volumeName || claim.status.phase !== 'Bound') return
      const at = { namespace: '', name: volumeName }
      const volume = await this.#get(persistentVolumes, at, options)
      if (volume?.spec.claimRef?.uid === claim.metadata.uid) found.set(name, volume)
    })
    await Promise.all(reads)
    return found
  }

  async #get<T extends KubeObject>(
    resource: Resource<T>,
    at: { namespace: string; name: string },
    options: { maxAgeMs: number; signal: AbortSignal },
  ): Promise<Stored<T> | undefined> {
    const key = `${resource.plural}/${at.namespace}/${at.name}`
    const nowMs = this.#clock.nowMs()
    const known = this.#entries.get(key)
    if (known && nowMs - known.readAtMs < options.maxAgeMs) {
      return (await known.object) as Stored<T> | undefined
    }
    const get = (signal: AbortSignal) => this.#client.for(resource).get(at, { signal })
    const onTimeout = () => new Error('no master has answered in time')
    const reading = known?.last
      ? withTimeout(this.#clock, PATIENCE_MS, onTimeout, get, options)
      : get(options.signal)
    const object: Promise<Stored<T> | undefined> = reading.then(
      (read) => {
        this.#keep(key, { readAtMs: nowMs, object: Promise.resolve(read), last: read })
        return read
      },
      (error: unknown) => {
        if (hasReason(error, 'NotFound')) {
          this.#keep(key, { readAtMs: nowMs, object: Promise.resolve(undefined), last: undefined })
          return undefined
        }
        this.#keep(key, { readAtMs: 0, object, last: known?.last })
        if (known?.last) return known.last as Stored<T>
        throw error
      },
    )
    this.#keep(key, { readAtMs: nowMs, object, last: known?.last })
    return object
  }

  #keep(key: string, entry: Entry): void {
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    this.#forgetOldest()
  }

  #forgetOldest(): void {
    for (const key of this.#entries.keys()) {
      if (this.#entries.size <= ENTRIES_MAX) return
      this.#entries.delete(key)
    }
  }
}
