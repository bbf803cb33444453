import type { SubresourceInfo } from '../schema/index.ts'

/** The sub-resource that hands any HTTP request on to a pod, a service or a node. */
export function proxySubresource(kind: string): SubresourceInfo {
  return { group: '', version: 'v1', kind, verbs: ['create', 'delete', 'get', 'patch', 'update'] }
}
