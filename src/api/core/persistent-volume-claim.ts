import { ObjectMeta } from '../meta/index.ts'
import { PersistentVolumeClaimSpec } from './volume-claim.ts'
import { list, map, quantity, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const ModifyVolumeStatus = struct(
  'io.k8s.api.core.v1.ModifyVolumeStatus',
  'How a change of attributes goes.',
  {
    targetVolumeAttributesClassName: string(1, 'Class that is wanted.'),
    status: string(2, '`Pending`, `InProgress` or `Infeasible`.')
      .named('v1.PersistentVolumeClaimModifyVolumeStatus')
      .required(),
  },
)
export interface ModifyVolumeStatus extends TypeOf<typeof ModifyVolumeStatus> {}

export const PersistentVolumeClaimCondition = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimCondition',
  "One aspect of a claim's state.",
  {
    type: string(1, 'Such as `Resizing`.')
      .named('v1.PersistentVolumeClaimConditionType')
      .required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastProbeTime: time(3, 'When it was looked at last.').written(),
    lastTransitionTime: time(4, 'When the status changed last.').written(),
    reason: string(5, 'Why, in one CamelCase word, for programs.'),
    message: string(6, 'What happened, for people.'),
  },
)
export interface PersistentVolumeClaimCondition
  extends TypeOf<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaimStatus = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimStatus',
  'What became of a claim.',
  {
    phase: string(1, '`Pending`, `Bound` or `Lost`.').named('v1.PersistentVolumeClaimPhase'),
    accessModes: list(2, string, 'How it can be mounted.')
      .atomic()
      .named('v1.PersistentVolumeAccessMode'),
    capacity: map(3, quantity, 'How much it holds.'),
    conditions: list(4, PersistentVolumeClaimCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
    allocatedResources: map(5, quantity, 'What is set aside while it grows.'),
    allocatedResourceStatuses: map(7, string, 'How growing goes, by resource.')
      .named('map[v1.ResourceName]v1.ClaimResourceStatus')
      .granularMap(),
    currentVolumeAttributesClassName: string(8, 'Class of its attributes.').nullable(),
    modifyVolumeStatus: ref(9, ModifyVolumeStatus, 'How a change of attributes goes.'),
  },
)
export interface PersistentVolumeClaimStatus extends TypeOf<typeof PersistentVolumeClaimStatus> {}

export const PersistentVolumeClaim = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaim',
  'Asks for a volume.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, PersistentVolumeClaimSpec, 'What is wanted.').always(),
    status: ref(3, PersistentVolumeClaimStatus, 'What is.').always(),
  },
)
export interface PersistentVolumeClaim extends TypeOf<typeof PersistentVolumeClaim> {}
