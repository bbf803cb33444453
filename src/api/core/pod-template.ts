import { ref, string, struct, type TypeOf } from '../schema/index.ts'
import { PodTemplateSpec } from './pod-spec.ts'
import { ObjectMeta } from '../meta/index.ts'

export const PodTemplate = struct(
  'io.k8s.api.core.v1.PodTemplate',
  'A template of pods, as an object of its own.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    template: ref(2, PodTemplateSpec, 'The template.').always(),
  },
)
export interface PodTemplate extends TypeOf<typeof PodTemplate> {}
