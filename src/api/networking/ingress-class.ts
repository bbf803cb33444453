import { ObjectMeta } from '../meta/index.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const IngressClassParametersReference = struct(
  'io.k8s.api.networking.v1.IngressClassParametersReference',
  '',
  {
    apiGroup: string(1).nullable(),
    kind: string(2).required(),
    name: string(3).required(),
    namespace: string(5).nullable(),
    scope: string(4).nullable().written(),
  },
)
export interface IngressClassParametersReference
  extends TypeOf<typeof IngressClassParametersReference> {}

export const IngressClassSpec = struct('io.k8s.api.networking.v1.IngressClassSpec', '', {
  controller: string(1),
  parameters: ref(2, IngressClassParametersReference),
})
export interface IngressClassSpec extends TypeOf<typeof IngressClassSpec> {}

export const IngressClass = struct('io.k8s.api.networking.v1.IngressClass', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, IngressClassSpec).always(),
})
export interface IngressClass extends TypeOf<typeof IngressClass> {}
