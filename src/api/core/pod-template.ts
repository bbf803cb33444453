import { ref, string, struct, type TypeOf } from '../schema/index.ts'
import { PodTemplateSpec } from './pod-spec.ts'
import { ObjectMeta } from '../meta/index.ts'

export const PodTemplate = struct('io.k8s.api.core.v1.PodTemplate', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  template: ref(2, PodTemplateSpec).always(),
})
export interface PodTemplate extends TypeOf<typeof PodTemplate> {}
