import type { Resource } from '../../api/index.ts'

/** Where everything of the API lives in the store, as in Kubernetes. */
export const REGISTRY = '/registry'

// Kubernetes' own names of old: an etcd filled by it is read where it is.
const HISTORIC: Readonly<Record<string, string>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
}

/** Prefix of all keys of a resource, with a closing slash: `/registry/pods/`. */
export function resourcePrefix(resource: Pick<Resource, 'group' | 'plural'>): string {
  const name = resource.group === '' ? HISTORIC[resource.plural] : undefined
  return `${REGISTRY}/${name ?? resource.plural}/`
}

/** Prefix of one namespace's keys, or of all when there is none. */
export function namespacePrefix(
  resource: Pick<Resource, 'group' | 'plural'>,
  namespace: string | undefined,
): string {
  const prefix = resourcePrefix(resource)
  return namespace ? `${prefix}${namespace}/` : prefix
}

/** The key of one object. `namespace` is empty for cluster-scoped kinds. */
export function objectKey(
  resource: Pick<Resource, 'group' | 'plural'>,
  at: { namespace?: string; name: string },
): string {
  return namespacePrefix(resource, at.namespace) + at.name
}

/** Namespace and name of a key below the resource's prefix. */
export function splitKey(
  prefix: string,
  key: string,
  namespaced: boolean,
): { namespace: string; name: string } {
  const rest = key.slice(prefix.length)
  if (!namespaced) return { namespace: '', name: rest }
  const slash = rest.indexOf('/')
  return { namespace: rest.slice(0, slash), name: rest.slice(slash + 1) }
}
