import { jsonSchema } from './json-schema.ts'
import { boolean, int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const CustomResourceColumnDefinition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceColumnDefinition',
  '',
  {
    description: string(4),
    format: string(3),
    jsonPath: string(6).required(),
    name: string(1).required(),
    priority: int32(5),
    type: string(2).required(),
  },
)
export interface CustomResourceColumnDefinition
  extends TypeOf<typeof CustomResourceColumnDefinition> {}

export const CustomResourceValidation = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceValidation',
  '',
  {
    openAPIV3Schema: jsonSchema(1),
  },
)
export interface CustomResourceValidation extends TypeOf<typeof CustomResourceValidation> {}

export const SelectableField = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.SelectableField',
  '',
  {
    jsonPath: string(1).required(),
  },
)
export interface SelectableField extends TypeOf<typeof SelectableField> {}

export const CustomResourceSubresourceScale = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceScale',
  '',
  {
    labelSelectorPath: string(3).nullable(),
    specReplicasPath: string(1).required(),
    statusReplicasPath: string(2).required(),
  },
)
export interface CustomResourceSubresourceScale
  extends TypeOf<typeof CustomResourceSubresourceScale> {}

export const CustomResourceSubresourceStatus = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresourceStatus',
  '',
  {},
)
export interface CustomResourceSubresourceStatus
  extends TypeOf<typeof CustomResourceSubresourceStatus> {}

export const CustomResourceSubresources = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceSubresources',
  '',
  {
    scale: ref(2, CustomResourceSubresourceScale),
    status: ref(1, CustomResourceSubresourceStatus),
  },
)
export interface CustomResourceSubresources extends TypeOf<typeof CustomResourceSubresources> {}

export const CustomResourceDefinitionVersion = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionVersion',
  '',
  {
    additionalPrinterColumns: list(6, CustomResourceColumnDefinition).atomic(),
    deprecated: boolean(7),
    deprecationWarning: string(8).nullable(),
    name: string(1).required(),
    schema: ref(4, CustomResourceValidation),
    selectableFields: list(9, SelectableField).atomic(),
    served: boolean(2).required(),
    storage: boolean(3).required(),
    subresources: ref(5, CustomResourceSubresources),
  },
)
export interface CustomResourceDefinitionVersion
  extends TypeOf<typeof CustomResourceDefinitionVersion> {}
