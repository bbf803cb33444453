import { int32, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ScaleSpec = struct(
  'io.k8s.api.autoscaling.v1.ScaleSpec',
  'How many replicas are wanted.',
  {
    replicas: int32(1, 'The number.'),
  },
)
export interface ScaleSpec extends TypeOf<typeof ScaleSpec> {}

export const ScaleStatus = struct(
  'io.k8s.api.autoscaling.v1.ScaleStatus',
  'How many replicas there are.',
  {
    replicas: int32(1, 'The number.').required(),
    selector: string(2, 'Labels of the replicas, as text.'),
  },
)
export interface ScaleStatus extends TypeOf<typeof ScaleStatus> {}

export const Scale = struct(
  'io.k8s.api.autoscaling.v1.Scale',
  'A number of replicas, and nothing else, of any kind that has one.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ScaleSpec, 'What is wanted.').always(),
    status: ref(3, ScaleStatus, 'What is.').always(),
  },
)
export interface Scale extends TypeOf<typeof Scale> {}
