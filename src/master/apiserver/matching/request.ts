import type { JsonObject, KubeObject } from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { Lookup } from '../admission/lookup.ts'
import { convertTo, type Match } from './match.ts'

/** What webhooks are sent and expressions see of a request, but for its objects. */
export interface RequestView {
  readonly json: JsonObject
  readonly object: JsonObject | null
  readonly oldObject: JsonObject | null
}

/** A request in JSON, in the version that was matched. */
export async function viewOf(
  attributes: AdmissionAttributes,
  match: Match,
  lookup: Lookup,
): Promise<RequestView> {
  const { resource, kind, subresource, user } = attributes
  const seen = match.resource ?? resource
  const gvr = (of: { group: string; version: string; plural: string }) => ({
    group: of.group,
    version: of.version,
    resource: of.plural,
  })
  const gvk = (of: { group: string; version: string; kind: string }) => ({
    group: of.group,
    version: of.version,
    kind: of.kind,
  })
  const seenKind = match.resource && kind.kind === resource.kind ? match.resource : kind
  const own = attributes.object?.metadata.name ?? attributes.old?.metadata.name
  const json: JsonObject = {
    kind: gvk(seenKind),
    resource: gvr(seen),
    ...(subresource !== '' && { subResource: subresource }),
    requestKind: gvk(kind),
    requestResource: gvr(resource),
    ...(subresource !== '' && { requestSubResource: subresource }),
    ...((attributes.name || own) && { name: attributes.name || own }),
    ...(attributes.namespace !== '' && { namespace: attributes.namespace }),
    operation: attributes.operation,
    userInfo: {
      username: user.name,
      ...(user.uid && { uid: user.uid }),
      groups: user.groups,
      ...(user.extra && { extra: user.extra }),
    },
    dryRun: attributes.dryRun,
    options: Object.keys(attributes.options).length > 0 ? attributes.options : null,
  }
  const toJson = async (object: KubeObject | undefined) =>
    object ? jsonOf(object, { attributes, match, lookup }) : null
  const [object, oldObject] = [await toJson(attributes.object), await toJson(attributes.old)]
  return { json, object, oldObject }
}

async function jsonOf(
  object: KubeObject,
  of: { attributes: AdmissionAttributes; match: Match; lookup: Lookup },
): Promise<JsonObject> {
  const { attributes, match, lookup } = of
  const { resource, kind } = attributes
  const store = lookup.storeAt(resource)
  // Of a kind of a sub-resource's own.
  if (!store || kind.kind !== resource.kind) return structuredClone(object) as JsonObject
  if (!match.resource) return store.tracking.toJson(object)
  const other = lookup.storeAt(match.resource) ?? store
  const { signal } = attributes
  return other.tracking.toJson(await convertTo(other, object, { from: store, signal }))
}
