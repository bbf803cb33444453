import { ref, string, struct, type TypeOf } from '../schema/index.ts'
import { DeleteOptions } from '../meta/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Eviction = struct(
  'io.k8s.api.policy.v1.Eviction',
  'Asks for a pod to leave its node, if its disruption budget allows.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    deleteOptions: ref(2, DeleteOptions, 'How the pod is to be deleted.'),
  },
)
export interface Eviction extends TypeOf<typeof Eviction> {}
