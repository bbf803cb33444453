import { ObjectMeta } from '../meta/index.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const IPAddressParentReference = struct(
  'io.k8s.api.networking.v1.ParentReference',
  'Who has an address.',
  {
    group: string(1, 'Group of its resource.'),
    resource: string(2, 'Its resource.').required().nullable(),
    namespace: string(3, 'Its namespace.'),
    name: string(4, 'Its name.').required().nullable(),
  },
)
export interface IPAddressParentReference extends TypeOf<typeof IPAddressParentReference> {}

export const IPAddressSpec = struct(
  'io.k8s.api.networking.v1.IPAddressSpec',
  'Who has an address.',
  {
    parentRef: ref(1, IPAddressParentReference, 'Who has it.').required().nullable(),
  },
)
export interface IPAddressSpec extends TypeOf<typeof IPAddressSpec> {}

export const IPAddress = struct('io.k8s.api.networking.v1.IPAddress', 'An address that is taken.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, IPAddressSpec, 'What is wanted.').required().always(),
})
export interface IPAddress extends TypeOf<typeof IPAddress> {}
