import type { DeepReadonly } from '../../../base/index.ts'
import {
  type KubeObject,
  type LabelSelector,
  matchesLabelSelector,
  type Namespace,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { Lookup } from '../admission/lookup.ts'
import { statusErrors } from '../status.ts'

const NAMESPACES = { group: '', plural: 'namespaces' }

type Selector = DeepReadonly<LabelSelector> | undefined

const isEmpty = (selector: Selector) =>
  !selector ||
  (!selector.matchExpressions?.length && !Object.keys(selector.matchLabels ?? {}).length)

/** Whether the namespace of a request passes; what is in none always does. */
export async function matchesNamespace(
  selector: Selector,
  attributes: AdmissionAttributes,
  lookup: Lookup,
): Promise<boolean> {
  if (isEmpty(selector)) return true
  if (attributes.isOf('', 'namespaces') || attributes.isOf('', 'namespaces', 'status')) {
    const own = attributes.object ?? attributes.old
    return matchesLabelSelector(selector, own?.metadata.labels)
  }
  if (attributes.namespace === '' || !attributes.resource.namespaced) return true
  const namespace = await namespaceOf(attributes, lookup)
  if (!namespace) throw statusErrors.notFound(NAMESPACES, attributes.namespace)
  return matchesLabelSelector(selector, namespace.metadata.labels)
}

/** The namespace of a request; undefined for what is in none. */
export async function namespaceOf(
  attributes: AdmissionAttributes,
  lookup: Lookup,
): Promise<DeepReadonly<Namespace> | undefined> {
  const { namespace: name, signal } = attributes
  if (name === '' || !attributes.resource.namespaced) return undefined
  return lookup.find<Namespace>(NAMESPACES, { name, signal })
}

/** Whether the object passes, as it is or as it was. */
export function matchesObject(selector: Selector, attributes: AdmissionAttributes): boolean {
  if (isEmpty(selector)) return true
  const passes = (object: KubeObject | undefined) =>
    object !== undefined && matchesLabelSelector(selector, object.metadata.labels)
  return passes(attributes.object) || passes(attributes.old)
}
