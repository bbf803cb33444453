import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ListMeta } from './list-meta.ts'

export const StatusCause = struct('io.k8s.apimachinery.pkg.apis.meta.v1.StatusCause', '', {
  field: string(3),
  message: string(2),
  reason: string(1),
})
export interface StatusCause extends TypeOf<typeof StatusCause> {}

export const StatusDetails = struct('io.k8s.apimachinery.pkg.apis.meta.v1.StatusDetails', '', {
  kind: string(3),
  causes: list(4, StatusCause).atomic(),
  group: string(2),
  name: string(1),
  retryAfterSeconds: int32(5),
  uid: string(6),
})
export interface StatusDetails extends TypeOf<typeof StatusDetails> {}

export const Status = struct('io.k8s.apimachinery.pkg.apis.meta.v1.Status', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ListMeta).always(),
  code: int32(6),
  details: ref(5, StatusDetails),
  message: string(3),
  reason: string(4),
  status: string(2),
})
export interface Status extends TypeOf<typeof Status> {}
