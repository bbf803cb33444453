import type { DeepReadonly } from '../../../base/index.ts'
import {
  type JsonObject,
  type KubeObject,
  matchesLabelSelector,
  type ParamKind,
  type ParamRef,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { Lookup } from '../admission/lookup.ts'
import { namespacePrefix, objectKey } from '../keys.ts'

/** The parameters of a binding; `undefined` stands for none where none are wanted. */
export type Params =
  | { readonly kind: 'found'; readonly objects: readonly (JsonObject | undefined)[] }
  | { readonly kind: 'fault'; readonly why: string }

/** Which objects a binding gives its policy, each of which is evaluated by itself. */
export function findParams(
  kind: DeepReadonly<ParamKind> | undefined,
  ref: DeepReadonly<ParamRef> | undefined,
  of: { attributes: AdmissionAttributes; lookup: Lookup },
): Params {
  if (!kind || !ref) return { kind: 'found', objects: [undefined] }
  const { attributes, lookup } = of
  const store = lookup.storeOfKind(kind.apiVersion ?? '', kind.kind ?? '')
  if (!store) {
    return {
      kind: 'fault',
      why: `failed to find resource referenced by paramKind: '${kind.apiVersion}, Kind=${kind.kind}'`,
    }
  }
  const { resource, cache } = store
  if (!resource.namespaced && ref.namespace) {
    return {
      kind: 'fault',
      why: 'paramRef.namespace must not be provided for a cluster-scoped `paramKind`',
    }
  }
  const namespace = resource.namespaced ? ref.namespace || attributes.namespace : ''
  if (resource.namespaced && namespace === '') {
    return {
      kind: 'fault',
      why: 'cannot use namespaced paramRef in policy binding that matches cluster-scoped resources',
    }
  }
  const objects: KubeObject[] = []
  if (ref.name) {
    const found = cache.get(objectKey(resource, { namespace, name: ref.name }))
    if (found) objects.push(found.parse())
  } else if (ref.selector) {
    for (const each of cache.list(namespacePrefix(resource, namespace))) {
      const object = each.parse()
      if (matchesLabelSelector(ref.selector, object.metadata.labels)) objects.push(object)
    }
  }
  if (objects.length === 0) {
    if (ref.parameterNotFoundAction === 'Allow') return { kind: 'found', objects: [] }
    const why = 'no params found for policy binding with `Deny` parameterNotFoundAction'
    return { kind: 'fault', why }
  }
  return { kind: 'found', objects: objects.map((object) => store.tracking.toJson(object)) }
}
