import type { KubeObject } from '../schema/index.ts'

interface Named {
  readonly metadata: { readonly name?: string; readonly namespace?: string }
}

/**
 * `namespace/name`, or `name` for cluster-scoped objects: what work queues and informers index
 * by.
 */
export function keyOf(object: Named): string {
  const { name = '', namespace } = object.metadata
  return namespace ? `${namespace}/${name}` : name
}

/** The parts of a key; `namespace` is empty for cluster-scoped objects. */
export function splitKey(key: string): { namespace: string; name: string } {
  const slash = key.indexOf('/')
  if (slash < 0) return { namespace: '', name: key }
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}

/** What identifies an object in events and endpoints. */
export function referenceTo(object: KubeObject): {
  apiVersion?: string
  kind?: string
  name?: string
  namespace?: string
  uid?: string
  resourceVersion?: string
} {
  const { name, namespace, uid, resourceVersion } = object.metadata
  return {
    ...(object.kind !== undefined && { kind: object.kind }),
    ...(namespace !== undefined && { namespace }),
    ...(name !== undefined && { name }),
    ...(uid !== undefined && { uid }),
    ...(object.apiVersion !== undefined && { apiVersion: object.apiVersion }),
    ...(resourceVersion !== undefined && { resourceVersion }),
  }
}
