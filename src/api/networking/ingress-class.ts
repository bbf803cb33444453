import { ObjectMeta } from '../meta/index.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const IngressClassParametersReference = struct(
  'io.k8s.api.networking.v1.IngressClassParametersReference',
  'Settings of an ingress class.',
  {
    apiGroup: string(1, 'Group of its kind; empty for the core group.').nullable(),
    kind: string(2, 'Kind of the object.').required(),
    name: string(3, 'Its name.').required(),
    scope: string(4, '`Cluster` (the default) or `Namespace`.').nullable().written(),
    namespace: string(5, 'Its namespace.').nullable(),
  },
)
export interface IngressClassParametersReference
  extends TypeOf<typeof IngressClassParametersReference> {}

export const IngressClassSpec = struct(
  'io.k8s.api.networking.v1.IngressClassSpec',
  'Who serves a class.',
  {
    controller: string(1, 'Name of the controller, such as `acme.io/ingress`.'),
    parameters: ref(2, IngressClassParametersReference, 'Where its settings are.'),
  },
)
export interface IngressClassSpec extends TypeOf<typeof IngressClassSpec> {}

export const IngressClass = struct(
  'io.k8s.api.networking.v1.IngressClass',
  'A kind of ingress, by who serves it.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, IngressClassSpec, 'What is wanted.').always(),
  },
)
export interface IngressClass extends TypeOf<typeof IngressClass> {}
