import type { Resource, SubresourceInfo } from '../schema/index.ts'

/** A resource or sub-resource as `GET /apis/<group>/<version>` tells it. */
export interface PlainResource {
  readonly name: string
  readonly singularName?: string
  readonly namespaced: boolean
  readonly group?: string
  readonly version?: string
  readonly kind: string
  readonly verbs?: readonly string[]
  readonly shortNames?: readonly string[]
  readonly categories?: readonly string[]
}

/** A version that is served elsewhere, as aggregated discovery tells it. */
export interface ForeignVersion {
  readonly version: string
  readonly resources?: readonly object[]
  readonly freshness: 'Current' | 'Stale'
}

/** What there is to be discovered. */
export interface ServedVersions {
  readonly resources: readonly Resource[]
  /** All groups but the core group with their versions, foremost first. */
  readonly groups: ReadonlyMap<string, readonly string[]>
  /** By `group/version`. */
  readonly foreign: ReadonlyMap<string, ForeignVersion>
}

export type AggregatedVersion = 'v2' | 'v2beta1'

/**
 * Everything in one answer (KEP-3352): `GET /api` (`core`) or `GET /apis` (`groups`) with
 * `Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`.
 */
export function aggregatedDiscovery(
  served: ServedVersions,
  of: { root: 'core' | 'groups'; version: AggregatedVersion },
): object {
  const items = of.root === 'core' ? [coreItem(served.resources)] : groupItems(served)
  return {
    kind: 'APIGroupDiscoveryList',
    apiVersion: `apidiscovery.k8s.io/${of.version}`,
    metadata: {},
    items,
  }
}

function coreItem(resources: readonly Resource[]): object {
  const core = resources.filter(({ group }) => group === '')
  const versions = [...new Set(core.map(({ version }) => version))]
  return {
    metadata: { creationTimestamp: null },
    versions: versions.map((version) => versionItem(core, version)),
  }
}

function groupItems({ resources, groups, foreign }: ServedVersions): object[] {
  return [...groups].map(([name, versions]) => {
    const own = resources.filter(({ group }) => group === name)
    return {
      metadata: { name, creationTimestamp: null },
      versions: versions.map((version) => {
        return foreign.get(`${name}/${version}`) ?? versionItem(own, version)
      }),
    }
  })
}

/** The resources of a version that another server has told in `GET /apis/<group>/<version>`. */
export function foreignVersion(
  version: string,
  of: { resources: readonly PlainResource[]; freshness: 'Current' | 'Stale' },
): ForeignVersion {
  const items = new Map<string, { subresources: object[]; item: object }>()
  const sorted = [...of.resources].sort((a, b) => depth(a) - depth(b))
  for (const { name, namespaced, group, version: other, kind, verbs = [], ...more } of sorted) {
    const [resource = '', subresource] = name.split(/\/(.*)/s)
    const responseKind = { group: group ?? '', version: other ?? '', kind }
    const scope = namespaced ? 'Namespaced' : 'Cluster'
    const known = items.get(resource)
    if (subresource === undefined) {
      const { singularName: singularResource = '', shortNames = [], categories = [] } = more
      const item = {
        resource,
        responseKind,
        scope,
        singularResource,
        verbs,
        ...(shortNames.length > 0 && { shortNames }),
        ...(categories.length > 0 && { categories }),
      }
      items.set(resource, { item, subresources: known?.subresources ?? [] })
      continue
    }
    // A sub-resource of nothing: what it belongs to is named, and has no verbs.
    const nothing = { item: { resource, scope, singularResource: '', verbs: [] }, subresources: [] }
    const parent = known ?? nothing
    parent.subresources.push({ subresource, responseKind, verbs })
    items.set(resource, parent)
  }
  const resources = [...items.values()].map(({ item, subresources }) => ({
    ...item,
    ...(subresources.length > 0 && { subresources }),
  }))
  return { version, ...(resources.length > 0 && { resources }), freshness: of.freshness }
}

const depth = ({ name }: PlainResource): number => (name.includes('/') ? 1 : 0)

function versionItem(resources: readonly Resource[], version: string): object {
  const mine = resources
    .filter((resource) => resource.version === version)
    .sort((a, b) => (a.plural < b.plural ? -1 : 1))
  return { version, resources: mine.map(resourceItem), freshness: 'Current' }
}

function resourceItem(resource: Resource): object {
  const { plural, singular, namespaced, kind, verbs, shortNames, categories } = resource
  const subresources = Object.entries(resource.subresources).map(([name, info]) => ({
    subresource: name,
    responseKind: responseKind(info),
    verbs: info.verbs,
  }))
  return {
    resource: plural,
    responseKind: { group: '', version: '', kind },
    scope: namespaced ? 'Namespaced' : 'Cluster',
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 && { shortNames }),
    ...(categories.length > 0 && { categories }),
    ...(subresources.length > 0 && { subresources }),
  }
}

function responseKind({ foreign, group, version, kind }: SubresourceInfo): object {
  return foreign ? { group, version, kind } : { group: '', version: '', kind }
}
