import { int64, raw, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ControllerRevision = struct(
  'io.k8s.api.apps.v1.ControllerRevision',
  "One state of a controller's template, kept for undoing.",
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    data: raw(2, 'The state.').written(),
    revision: int64(3, 'Number of the state: the higher, the newer.').required(),
  },
)
export interface ControllerRevision extends TypeOf<typeof ControllerRevision> {}
