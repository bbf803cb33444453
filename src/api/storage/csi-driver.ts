import { ObjectMeta } from '../meta/index.ts'
import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const CSITokenRequest = struct('io.k8s.api.storage.v1.TokenRequest', '', {
  audience: string(1).required(),
  expirationSeconds: int64(2).nullable(),
})
export interface CSITokenRequest extends TypeOf<typeof CSITokenRequest> {}

export const CSIDriverSpec = struct('io.k8s.api.storage.v1.CSIDriverSpec', '', {
  attachRequired: boolean(1).nullable(),
  fsGroupPolicy: string(5).named('v1.FSGroupPolicy').nullable(),
  nodeAllocatableUpdatePeriodSeconds: int64(9).nullable(),
  podInfoOnMount: boolean(2).nullable(),
  preventPodSchedulingIfMissing: boolean(11).nullable(),
  requiresRepublish: boolean(7).nullable(),
  seLinuxMount: boolean(8).nullable(),
  serviceAccountTokenInSecrets: boolean(10).nullable(),
  storageCapacity: boolean(4).nullable(),
  tokenRequests: list(6, CSITokenRequest).atomic(),
  volumeLifecycleModes: list(3, string).set().named('v1.VolumeLifecycleMode'),
})
export interface CSIDriverSpec extends TypeOf<typeof CSIDriverSpec> {}

export const CSIDriver = struct('io.k8s.api.storage.v1.CSIDriver', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, CSIDriverSpec).required().always(),
})
export interface CSIDriver extends TypeOf<typeof CSIDriver> {}
