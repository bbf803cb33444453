import { int32, microTime, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const LeaseSpec = struct(
  'io.k8s.api.coordination.v1.LeaseSpec',
  'Who holds a lease, and since when.',
  {
    holderIdentity: string(1, 'Who holds it; empty: nobody.').nullable(),
    leaseDurationSeconds: int32(
      2,
      'How long after `renewTime` others must wait before they take it.',
    ).nullable(),
    acquireTime: microTime(3, 'When the holder got it.').nullable().nullable(),
    renewTime: microTime(4, 'When the holder said last that it is still there.')
      .nullable()
      .nullable(),
    leaseTransitions: int32(5, 'How often the holder changed.').nullable(),
    strategy: string(6, 'How the next holder is chosen.')
      .named('v1.CoordinatedLeaseStrategy')
      .nullable(),
    preferredHolder: string(7, 'Who should take it next.').nullable(),
  },
)
export interface LeaseSpec extends TypeOf<typeof LeaseSpec> {}

export const Lease = struct(
  'io.k8s.api.coordination.v1.Lease',
  "Something that one holder has for a time: leadership, or a node's heartbeat.",
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, LeaseSpec, 'Who holds it, and since when.').always(),
  },
)
export interface Lease extends TypeOf<typeof Lease> {}
