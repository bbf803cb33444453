import { ObjectMeta } from '../meta/index.ts'
import { CustomResourceConversion } from './conversion.ts'
import { CustomResourceDefinitionVersion } from './custom-resource-definition-version.ts'
import { boolean, int64, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const CustomResourceDefinitionCondition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition',
  '',
  {
    lastTransitionTime: time(3).written(),
    message: string(5),
    observedGeneration: int64(6),
    reason: string(4),
    status: string(2).named('v1.ConditionStatus').required(),
    type: string(1).named('v1.CustomResourceDefinitionConditionType').required(),
  },
)
export interface CustomResourceDefinitionCondition
  extends TypeOf<typeof CustomResourceDefinitionCondition> {}

export const CustomResourceDefinitionNames = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
  '',
  {
    categories: list(6, string).atomic(),
    kind: string(4).required(),
    listKind: string(5),
    plural: string(1).required(),
    shortNames: list(3, string).atomic(),
    singular: string(2),
  },
)
export interface CustomResourceDefinitionNames
  extends TypeOf<typeof CustomResourceDefinitionNames> {}

export const CustomResourceDefinitionSpec = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
  '',
  {
    conversion: ref(9, CustomResourceConversion),
    group: string(1).required(),
    names: ref(3, CustomResourceDefinitionNames).required().written(),
    preserveUnknownFields: boolean(10),
    scope: string(4).named('v1.ResourceScope').required(),
    versions: list(7, CustomResourceDefinitionVersion).atomic().required(),
  },
)
export interface CustomResourceDefinitionSpec extends TypeOf<typeof CustomResourceDefinitionSpec> {}

export const CustomResourceDefinitionStatus = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus',
  '',
  {
    acceptedNames: ref(2, CustomResourceDefinitionNames).written(),
    conditions: list(1, CustomResourceDefinitionCondition).keyed('type').written(),
    observedGeneration: int64(4),
    storedVersions: list(3, string).atomic().written(),
  },
)
export interface CustomResourceDefinitionStatus
  extends TypeOf<typeof CustomResourceDefinitionStatus> {}

export const CustomResourceDefinition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, CustomResourceDefinitionSpec).required().always(),
    status: ref(3, CustomResourceDefinitionStatus).always(),
  },
)
export interface CustomResourceDefinition extends TypeOf<typeof CustomResourceDefinition> {}
