import { encodeProto } from '../codec/index.ts'
import { ListMeta, ObjectMeta } from '../meta/index.ts'
import { boolean, list, ref, string, struct } from '../schema/index.ts'

// The documents of discovery in protobuf. No clients write them, and OpenAPI does not tell of them.
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1'
const DISCOVERY = 'io.k8s.api.apidiscovery.v2'

const Address = struct(`${META}.ServerAddressByClientCIDR`, 'Where some clients go.', {
  clientCIDR: string(1).required(),
  serverAddress: string(2).required(),
})

const Version = struct(`${META}.GroupVersionForDiscovery`, 'A version of a group.', {
  groupVersion: string(1).required(),
  version: string(2).required(),
})

const APIVersions = struct(`${META}.APIVersions`, 'Versions of the core group.', {
  versions: list(1, string).required(),
  serverAddressByClientCIDRs: list(2, Address).required(),
})

const APIGroup = struct(`${META}.APIGroup`, 'A group and its versions.', {
  name: string(1).required(),
  versions: list(2, Version).required(),
  preferredVersion: ref(3, Version).always(),
  serverAddressByClientCIDRs: list(4, Address),
})

const APIGroupList = struct(`${META}.APIGroupList`, 'All groups but the core group.', {
  groups: list(1, APIGroup).required(),
})

/** Verbs stand in a message of their own. */
const verbsAt = (proto: number) => list(1, string).required().inlinedAt(proto)

const APIResource = struct(`${META}.APIResource`, 'A resource of a version.', {
  name: string(1).required(),
  namespaced: boolean(2).required(),
  kind: string(3).required(),
  verbs: verbsAt(4),
  shortNames: list(5, string),
  singularName: string(6).required(),
  categories: list(7, string),
  group: string(8),
  version: string(9),
  storageVersionHash: string(10),
})

const APIResourceList = struct(`${META}.APIResourceList`, 'The resources of a version.', {
  groupVersion: string(1).required(),
  resources: list(2, APIResource).required(),
})

const GroupVersionKind = struct(`${META}.GroupVersionKind`, 'A kind.', {
  group: string(1).required(),
  version: string(2).required(),
  kind: string(3).required(),
})

const Subresource = struct(`${DISCOVERY}.APISubresourceDiscovery`, 'A sub-resource.', {
  subresource: string(1).required(),
  responseKind: ref(2, GroupVersionKind),
  acceptedTypes: list(3, GroupVersionKind),
  verbs: list(4, string).required(),
})

const ResourceItem = struct(`${DISCOVERY}.APIResourceDiscovery`, 'A resource.', {
  resource: string(1).required(),
  responseKind: ref(2, GroupVersionKind),
  scope: string(3).required(),
  singularResource: string(4).required(),
  verbs: list(5, string).required(),
  shortNames: list(6, string),
  categories: list(7, string),
  subresources: list(8, Subresource),
})

const VersionItem = struct(`${DISCOVERY}.APIVersionDiscovery`, 'A version of a group.', {
  version: string(1).required(),
  resources: list(2, ResourceItem),
  freshness: string(3),
})

const GroupItem = struct(`${DISCOVERY}.APIGroupDiscovery`, 'A group.', {
  metadata: ref(1, ObjectMeta).always(),
  versions: list(2, VersionItem),
})

const APIGroupDiscoveryList = struct(`${DISCOVERY}.APIGroupDiscoveryList`, 'Everything.', {
  metadata: ref(1, ListMeta).always(),
  items: list(2, GroupItem).required(),
})

const STRUCTS = { APIVersions, APIGroup, APIGroupList, APIResourceList, APIGroupDiscoveryList }

/** A document of discovery as a protobuf message; undefined for what is none. */
export function encodeDiscovery(
  document: object,
): { type: { apiVersion: string; kind: string }; raw: Uint8Array } | undefined {
  const { kind = '', apiVersion = '' } = { ...document } as { kind?: string; apiVersion?: string }
  if (!isKnown(kind)) return undefined
  return { type: { apiVersion, kind }, raw: encodeProto(STRUCTS[kind], document) }
}

const isKnown = (kind: string): kind is keyof typeof STRUCTS => Object.hasOwn(STRUCTS, kind)
