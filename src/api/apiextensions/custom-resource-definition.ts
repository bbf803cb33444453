import { ObjectMeta } from '../meta/index.ts'
import { CustomResourceConversion } from './conversion.ts'
import { CustomResourceDefinitionVersion } from './custom-resource-definition-version.ts'
import { boolean, int64, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const CustomResourceDefinitionCondition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionCondition',
  "One aspect of a definition's state.",
  {
    type: string(1, '`Established`, `NamesAccepted`, `NonStructuralSchema`, `Terminating`.')
      .named('v1.CustomResourceDefinitionConditionType')
      .required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
    observedGeneration: int64(6, 'The generation of the object that this is about.'),
  },
)
export interface CustomResourceDefinitionCondition
  extends TypeOf<typeof CustomResourceDefinitionCondition> {}

export const CustomResourceDefinitionNames = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionNames',
  'How a custom resource is called.',
  {
    plural: string(1, 'Name in URLs.').required(),
    singular: string(2, 'Name of one; the kind in lower case by default.'),
    shortNames: list(3, string, 'Short names for the command line.').atomic(),
    kind: string(4, 'Name of the kind.').required(),
    listKind: string(5, 'Kind of lists; kind and `List` by default.'),
    categories: list(6, string, 'Groups of resources, such as `all`.').atomic(),
  },
)
export interface CustomResourceDefinitionNames
  extends TypeOf<typeof CustomResourceDefinitionNames> {}

export const CustomResourceDefinitionSpec = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionSpec',
  'What a custom resource is.',
  {
    group: string(1, 'Its group.').required(),
    names: ref(3, CustomResourceDefinitionNames, 'How it is called.').required().written(),
    scope: string(4, '`Namespaced` or `Cluster`.').named('v1.ResourceScope').required(),
    versions: list(7, CustomResourceDefinitionVersion, 'Its versions.').atomic().required(),
    conversion: ref(9, CustomResourceConversion, 'How its versions are converted.'),
    preserveUnknownFields: boolean(
      10,
      'Formerly: keep fields that the schema does not have. False.',
    ),
  },
)
export interface CustomResourceDefinitionSpec extends TypeOf<typeof CustomResourceDefinitionSpec> {}

export const CustomResourceDefinitionStatus = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinitionStatus',
  'How far a definition is.',
  {
    conditions: list(1, CustomResourceDefinitionCondition, 'What holds at present, by type.')
      .keyed('type')
      .written(),
    acceptedNames: ref(
      2,
      CustomResourceDefinitionNames,
      'Names under which it is served.',
    ).written(),
    storedVersions: list(3, string, 'Versions in which objects may be stored.').atomic().written(),
    observedGeneration: int64(4, 'The generation of the object that this is about.'),
  },
)
export interface CustomResourceDefinitionStatus
  extends TypeOf<typeof CustomResourceDefinitionStatus> {}

export const CustomResourceDefinition = struct(
  'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition',
  'Adds a resource to the API.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, CustomResourceDefinitionSpec, 'What is wanted.').required().always(),
    status: ref(3, CustomResourceDefinitionStatus, 'What is.').always(),
  },
)
export interface CustomResourceDefinition extends TypeOf<typeof CustomResourceDefinition> {}
