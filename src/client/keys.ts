import type { DeepReadonly } from '../base/index.ts'
import type { KubeObject } from '../api/index.ts'
import type { ObjectKey, ObjectName } from './types.ts'

/** The key of an object: `namespace/name`, or `name` when it lies in no namespace. */
export function keyOf(object: DeepReadonly<KubeObject>): ObjectKey {
  const { namespace, name = '' } = object.metadata
  return namespace ? `${namespace}/${name}` : name
}

/** The key of a name. */
export function keyAt(at: ObjectName): ObjectKey {
  return at.namespace ? `${at.namespace}/${at.name}` : at.name
}

/** A key taken apart; the inverse of `keyOf`. `namespace` is absent for cluster-scoped kinds. */
export function nameAt(key: ObjectKey): ObjectName {
  const slash = key.indexOf('/')
  if (slash < 0) return { name: key }
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
