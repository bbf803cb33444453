import {
  type APIService,
  type ForeignVersion,
  type GroupVersion,
  groupsOf,
  type Rank,
  type ServedVersions,
  usualRank,
} from '../../../api/index.ts'
import type { Lookup } from '../admission/index.ts'
import type { Catalog } from '../catalog.ts'
import type { ForeignApi, ForeignApis } from './foreign-apis.ts'
import { API_SERVICES, type KnownService } from './services.ts'

/** All that clients can discover, and who documents what is not served here. */
export interface ServedGroups extends ServedVersions {
  /** Versions of extension API servers that have told of themselves, foremost first. */
  readonly extensions: readonly ForeignApi[]
}

/** What is served here and by extension API servers together, in the order of APIServices. */
export class ServedView {
  readonly #catalog: Catalog
  readonly #lookup: Lookup
  readonly #foreign: ForeignApis
  #from = ''
  #resources: Catalog['resources'] | undefined
  #served: ServedGroups | undefined

  constructor(parts: { catalog: Catalog; lookup: Lookup; foreign: ForeignApis }) {
    this.#catalog = parts.catalog
    this.#lookup = parts.lookup
    this.#foreign = parts.foreign
  }

  /** Another object whenever anything has changed. */
  current(): ServedGroups {
    const { resources } = this.#catalog
    const services = this.#lookup.list<APIService>(API_SERVICES)
    const states = services.map(({ metadata }) => `${metadata.uid} ${metadata.resourceVersion}`)
    const from = `${this.#foreign.revision} ${states.join()}`
    if (!this.#served || from !== this.#from || resources !== this.#resources) {
      this.#served = merged({ resources, services, foreign: this.#foreign })
      this.#from = from
      this.#resources = resources
    }
    return this.#served
  }
}

function merged(of: {
  resources: Catalog['resources']
  services: readonly KnownService[]
  foreign: ForeignApis
}): ServedGroups {
  const ranks = new Map<string, Rank>()
  const foreign = new Map<string, ForeignVersion>()
  const extensions = new Map<string, ForeignApi>()
  for (const { metadata, spec } of of.services) {
    const { group = '', version = '' } = spec
    const key = `${group}/${version}`
    ranks.set(key, spec)
    if (!spec.service) continue
    const api = of.foreign.get(metadata.name ?? '')
    if (api) extensions.set(key, api)
    foreign.set(key, api?.discovery ?? { version, freshness: 'Stale' })
  }
  const isOurs = ({ group, version }: GroupVersion) => !foreign.has(`${group}/${version}`)
  const resources = of.resources.filter(isOurs)
  const listed = of.services.map(({ spec: { group = '', version = '' } }) => ({ group, version }))
  const rankOf = (one: GroupVersion) => ranks.get(`${one.group}/${one.version}`) ?? usualRank(one)
  const groups = groupsOf([...resources, ...listed], rankOf)
  const ordered = [...groups].flatMap(([group, versions]) =>
    versions.flatMap((version) => extensions.get(`${group}/${version}`) ?? []),
  )
  return { resources, groups, foreign, extensions: ordered }
}
