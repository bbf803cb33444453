import { ObjectMeta } from '../meta/index.ts'
import { ResourceClaimSpec } from './device-request.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ResourceClaimTemplateSpec = struct(
  'io.k8s.api.resource.v1.ResourceClaimTemplateSpec',
  'What claims are made from.',
  {
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ResourceClaimSpec, 'What is wanted of them.').required().written(),
  },
)
export interface ResourceClaimTemplateSpec extends TypeOf<typeof ResourceClaimTemplateSpec> {}

export const ResourceClaimTemplate = struct(
  'io.k8s.api.resource.v1.ResourceClaimTemplate',
  'What claims are made from.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ResourceClaimTemplateSpec, 'What they are made from.').required().always(),
  },
)
export interface ResourceClaimTemplate extends TypeOf<typeof ResourceClaimTemplate> {}
