import type { Service } from '../../../api/index.ts'
import type { Log } from '../../../base/index.ts'
import { type Store } from '../registry/store.ts'
import type { Allocation, Allocator } from './allocator.ts'
import { heldBy, ownerOf, type ServiceResources } from './service-hooks.ts'
import { resourcePrefix } from '../keys.ts'
import { ObjectRevision } from '../object-revision.ts'

/**
 * Puts allocations right that a killed master left behind: an address without its Service goes back
 * when it was so in two passes, and a Service without its allocation gets one.
 */
export class ServiceRepair {
  readonly #resources: ServiceResources
  readonly #services: Store
  readonly #log: Log
  #suspects = new Set<string>()

  constructor(resources: ServiceResources, options: { services: Store; log: Log }) {
    this.#resources = resources
    this.#services = options.services
    this.#log = options.log
  }

  async pass(): Promise<void> {
    const { ips, ports } = this.#resources
    // Allocations first: a service that is made meanwhile has its allocation already.
    const allocated = { ips: await ips.list(), ports: await ports.list() }
    const services = await this.#list()
    const suspects = new Set<string>()
    for (const kind of ['ips', 'ports'] as const) {
      const allocator = this.#resources[kind]
      await this.#reclaim(allocator, { allocations: allocated[kind], services, kind, suspects })
      const known = new Set(allocated[kind].map((a) => a.value))
      for (const service of services) {
        for (const value of heldBy(service)[kind]) {
          if (known.has(value)) continue
          await allocator.take(value, ownerOf(service), { dryRun: false })
        }
      }
    }
    this.#suspects = suspects
  }

  async #reclaim(
    allocator: Allocator,
    of: {
      allocations: readonly Allocation[]
      services: readonly Service[]
      kind: 'ips' | 'ports'
      suspects: Set<string>
    },
  ): Promise<void> {
    const held = new Set(
      of.services.flatMap((s) => [...heldBy(s)[of.kind]].map((v) => `${v} ${s.metadata.uid}`)),
    )
    for (const allocation of of.allocations) {
      const { value, owner, revision } = allocation
      if (held.has(`${value} ${owner.uid}`)) continue
      const suspect = `${of.kind} ${value} ${revision}`
      if (!this.#suspects.has(suspect)) {
        of.suspects.add(suspect)
        continue
      }
      await allocator.reclaim(allocation)
      this.#log.info('a leaked service allocation went back', { value, uid: owner.uid })
    }
  }

  async #list(): Promise<Service[]> {
    const { kv, codec, resource } = this.#services
    const { kvs } = await kv.list(resourcePrefix(resource))
    return kvs.map((item) => ObjectRevision.fromStored(codec, item).parse() as Service)
  }
}
