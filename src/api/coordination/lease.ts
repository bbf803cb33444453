import { int32, microTime, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const LeaseSpec = struct('io.k8s.api.coordination.v1.LeaseSpec', '', {
  acquireTime: microTime(3).nullable(),
  holderIdentity: string(1).nullable(),
  leaseDurationSeconds: int32(2).nullable(),
  leaseTransitions: int32(5).nullable(),
  preferredHolder: string(7).nullable(),
  renewTime: microTime(4).nullable(),
  strategy: string(6).nullable(),
})
export interface LeaseSpec extends TypeOf<typeof LeaseSpec> {}

export const Lease = struct('io.k8s.api.coordination.v1.Lease', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, LeaseSpec).always(),
})
export interface Lease extends TypeOf<typeof Lease> {}
