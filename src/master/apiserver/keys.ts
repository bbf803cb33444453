import type { Resource } from '../../api/index.ts'

/** Where everything of the API lives in the store, as in Kubernetes. */
export const REGISTRY = '/registry'

// Kubernetes' own names of old: an etcd filled by it is read where it is.
const HISTORIC: Readonly<Record<string, string>> = {
  nodes: 'minions',
  replicationcontrollers: 'controllers',
  services: 'services/specs',
  endpoints: 'services/endpoints',
}

// Of these groups the keys name the group too: other servers kept them once.
const WITH_GROUP = ['apiextensions.k8s.io', 'apiregistration.k8s.io']

/** What says where a resource's objects are: those of another, if they are kept as such. */
export type Keyed = Pick<Resource, 'group' | 'plural'> & {
  readonly storedAs?: { readonly resource: Keyed }
  /** Of a CustomResourceDefinition: several groups may have the same plural. */
  readonly custom?: unknown
}

/** Prefix of all keys of a resource, with a closing slash: `/registry/pods/`. */
export function resourcePrefix(resource: Keyed): string {
  if (resource.storedAs) return resourcePrefix(resource.storedAs.resource)
  const { group, plural } = resource
  if (resource.custom !== undefined || WITH_GROUP.includes(group))
    return `${REGISTRY}/${group}/${plural}/`
  if (group === 'networking.k8s.io' && plural === 'ingresses') return `${REGISTRY}/ingress/`
  const name = group === '' ? HISTORIC[plural] : undefined
  return `${REGISTRY}/${name ?? plural}/`
}

/** Prefix of one namespace's keys, or of all when there is none. */
export function namespacePrefix(resource: Keyed, namespace: string | undefined): string {
  const prefix = resourcePrefix(resource)
  return namespace ? `${prefix}${namespace}/` : prefix
}

/** The key of one object. `namespace` is empty for cluster-scoped kinds. */
export function objectKey(resource: Keyed, at: { namespace?: string; name: string }): string {
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
