import type { Resource, SubresourceInfo } from '../schema/index.ts'
import { groupsOf } from './documents.ts'

export type AggregatedVersion = 'v2' | 'v2beta1'

/**
 * Everything in one answer (KEP-3352): `GET /api` (`core`) or `GET /apis` (`groups`) with
 * `Accept: application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList`.
 */
export function aggregatedDiscovery(
  resources: readonly Resource[],
  of: { root: 'core' | 'groups'; version: AggregatedVersion },
): object {
  const items = of.root === 'core' ? [coreItem(resources)] : groupItems(resources)
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

function groupItems(resources: readonly Resource[]): object[] {
  return [...groupsOf(resources)].map(([name, versions]) => ({
    metadata: { name, creationTimestamp: null },
    versions: versions.map((version) =>
      versionItem(
        resources.filter(({ group }) => group === name),
        version,
      ),
    ),
  }))
}

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
