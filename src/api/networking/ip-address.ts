import { ObjectMeta } from '../meta/index.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const IPAddressParentReference = struct('io.k8s.api.networking.v1.ParentReference', '', {
  group: string(1),
  name: string(4).required().nullable(),
  namespace: string(3),
  resource: string(2).required().nullable(),
})
export interface IPAddressParentReference extends TypeOf<typeof IPAddressParentReference> {}

export const IPAddressSpec = struct('io.k8s.api.networking.v1.IPAddressSpec', '', {
  parentRef: ref(1, IPAddressParentReference).required().nullable(),
})
export interface IPAddressSpec extends TypeOf<typeof IPAddressSpec> {}

export const IPAddress = struct('io.k8s.api.networking.v1.IPAddress', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, IPAddressSpec).required().always(),
})
export interface IPAddress extends TypeOf<typeof IPAddress> {}
