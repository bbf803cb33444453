import { int32, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ScaleSpec = struct('io.k8s.api.autoscaling.v1.ScaleSpec', '', {
  replicas: int32(1),
})
export interface ScaleSpec extends TypeOf<typeof ScaleSpec> {}

export const ScaleStatus = struct('io.k8s.api.autoscaling.v1.ScaleStatus', '', {
  replicas: int32(1).required(),
  selector: string(2),
})
export interface ScaleStatus extends TypeOf<typeof ScaleStatus> {}

export const Scale = struct('io.k8s.api.autoscaling.v1.Scale', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ScaleSpec).always(),
  status: ref(3, ScaleStatus).always(),
})
export interface Scale extends TypeOf<typeof Scale> {}
