import { jsonSchema } from './json-schema.ts'
import { boolean, int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const CustomResourceColumnDefinition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition',
  'A column of `kubectl get`.',
  {
    name: string(1, 'Its head.').required(),
    type: string(2, 'An OpenAPI type, or `date`.').required(),
    format: string(3, 'An OpenAPI format.'),
    description: string(4, 'What it shows.'),
    priority: int32(5, '0: always shown; more: with `-o wide`.'),
    jsonPath: string(6, 'Where its value is.').required(),
  },
)
export interface CustomResourceColumnDefinition
  extends TypeOf<typeof CustomResourceColumnDefinition> {}

export const CustomResourceValidation = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation',
  'What objects look like.',
  {
    openAPIV3Schema: jsonSchema(1, 'Their schema.'),
  },
)
export interface CustomResourceValidation extends TypeOf<typeof CustomResourceValidation> {}

export const SelectableField = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField',
  'A field for field selectors.',
  {
    jsonPath: string(1, 'Where it stands.').required(),
  },
)
export interface SelectableField extends TypeOf<typeof SelectableField> {}

export const CustomResourceSubresourceScale = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale',
  'Where the scale sub-resource finds its numbers.',
  {
    specReplicasPath: string(1, 'Where the wanted number stands.').required(),
    statusReplicasPath: string(2, 'Where the actual number stands.').required(),
    labelSelectorPath: string(3, 'Where the selector stands, as text.').nullable(),
  },
)
export interface CustomResourceSubresourceScale
  extends TypeOf<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresourceStatus = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
  'The status sub-resource.',
  {},
)
export interface CustomResourceSubresourceStatus
  extends TypeOf<typeof CustomResourceSubresourceStatus> {}

export const CustomResourceSubresources = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources',
  'Sub-resources of custom resources.',
  {
    status: ref(1, CustomResourceSubresourceStatus, 'The half that says what is.'),
    scale: ref(2, CustomResourceSubresourceScale, 'The number of replicas.'),
  },
)
export interface CustomResourceSubresources extends TypeOf<typeof CustomResourceSubresources> {}

export const CustomResourceDefinitionVersion = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
  'A version of a custom resource.',
  {
    name: string(1, 'Its name, such as `v1`.').required(),
    served: boolean(2, 'Whether it is served.').required(),
    storage: boolean(3, 'Whether objects are kept in it; of one version.').required(),
    deprecated: boolean(7, 'Whether clients are warned of it.'),
    deprecationWarning: string(8, 'The warning.').nullable(),
    schema: ref(4, CustomResourceValidation, 'What the objects look like.'),
    subresources: ref(5, CustomResourceSubresources, 'Sub-resources that it has.'),
    additionalPrinterColumns: list(
      6,
      CustomResourceColumnDefinition,
      'Columns of `kubectl get`.',
    ).atomic(),
    selectableFields: list(9, SelectableField, 'Fields for field selectors.').atomic(),
  },
)
export interface CustomResourceDefinitionVersion
  extends TypeOf<typeof CustomResourceDefinitionVersion> {}
