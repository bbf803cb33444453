import { hasReason } from '../../../base/index.ts'
import {
  type APIService,
  CUSTOM_RANK,
  type CustomResourceDefinition,
  type GroupVersion,
} from '../../../api/index.ts'
import type { Lookup } from '../admission/index.ts'
import { systemCall } from '../bootstrap/system-call.ts'
import { deleteObject } from '../registry/delete.ts'
import type { Store } from '../registry/store.ts'
import { AUTOMANAGED, ensureService, localService } from './local-services.ts'
import { API_SERVICES, type KnownService } from './services.ts'

const DEFINITIONS = { group: 'apiextensions.k8s.io', plural: 'customresourcedefinitions' }
/** How long a pass waits for the definitions to be as new as an APIService. */
const CATCH_UP_MS = 2_000

/**
 * Makes an APIService for each version that CustomResourceDefinitions serve, and takes it away with
 * the last of them (apiextensions' `crdRegistrationController`). Those of others stay as they are.
 */
export class CustomServices {
  readonly #lookup: Lookup

  constructor(lookup: Lookup) {
    this.#lookup = lookup
  }

  async pass({ signal }: { signal: AbortSignal }): Promise<void> {
    const store = this.#lookup.store(API_SERVICES)
    if (!store) return
    const known = this.#lookup.list<APIService>(API_SERVICES)
    const names = new Set(known.map(({ metadata }) => metadata.name))
    const wanted = this.#wanted()
    const missing = [...wanted].filter(([name]) => !names.has(name))
    const left = known.filter(({ metadata }) => {
      return metadata.labels?.[AUTOMANAGED] === 'true' && !wanted.has(metadata.name ?? '')
    })
    await Promise.all([
      ...missing.map(([, of]) => {
        return ensureService(store, localService(of, CUSTOM_RANK, 'true'), signal)
      }),
      ...left.map((service) => this.#remove(store, service, signal)),
    ])
  }

  #wanted(): Map<string, GroupVersion> {
    const wanted = new Map<string, GroupVersion>()
    for (const definition of this.#lookup.list<CustomResourceDefinition>(DEFINITIONS)) {
      const { group, versions } = definition.spec
      for (const { name: version, served } of versions) {
        if (served) wanted.set(`${version}.${group}`, { group, version })
      }
    }
    return wanted
  }

  async #remove(store: Store, { metadata }: KnownService, signal: AbortSignal): Promise<void> {
    const { name = '', uid = '', resourceVersion = '0' } = metadata
    // Another master may know of a definition that this one has not heard of yet.
    const { cache } = this.#lookup.store(DEFINITIONS) ?? {}
    await cache?.waitFor(Number(resourceVersion), { timeoutMs: CATCH_UP_MS, signal })
    if (this.#wanted().has(name)) return
    try {
      const options = { preconditions: { uid, resourceVersion } }
      await deleteObject(store, systemCall('', signal), { name, options })
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error
    }
  }
}
