import { ObjectMeta } from '../meta/index.ts'
import { PersistentVolumeClaimSpec } from './volume-claim.ts'
import { list, map, quantity, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const ModifyVolumeStatus = struct('io.k8s.api.core.v1.ModifyVolumeStatus', '', {
  status: string(2).named('v1.PersistentVolumeClaimModifyVolumeStatus').required(),
  targetVolumeAttributesClassName: string(1),
})
export interface ModifyVolumeStatus extends TypeOf<typeof ModifyVolumeStatus> {}

export const PersistentVolumeClaimCondition = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimCondition',
  '',
  {
    lastProbeTime: time(3).written(),
    lastTransitionTime: time(4).written(),
    message: string(6),
    reason: string(5),
    status: string(2).named('v1.ConditionStatus').required(),
    type: string(1).named('v1.PersistentVolumeClaimConditionType').required(),
  },
)
export interface PersistentVolumeClaimCondition
  extends TypeOf<typeof PersistentVolumeClaimCondition> {}

export const PersistentVolumeClaimStatus = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimStatus',
  '',
  {
    accessModes: list(2, string).atomic().named('v1.PersistentVolumeAccessMode'),
    allocatedResourceStatuses: map(7, string).granularMap(),
    allocatedResources: map(5, quantity),
    capacity: map(3, quantity),
    conditions: list(4, PersistentVolumeClaimCondition).keyed('type').patch('merge', 'type'),
    currentVolumeAttributesClassName: string(8).nullable(),
    modifyVolumeStatus: ref(9, ModifyVolumeStatus),
    phase: string(1).named('v1.PersistentVolumeClaimPhase'),
  },
)
export interface PersistentVolumeClaimStatus extends TypeOf<typeof PersistentVolumeClaimStatus> {}

export const PersistentVolumeClaim = struct('io.k8s.api.core.v1.PersistentVolumeClaim', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, PersistentVolumeClaimSpec).always(),
  status: ref(3, PersistentVolumeClaimStatus).always(),
})
export interface PersistentVolumeClaim extends TypeOf<typeof PersistentVolumeClaim> {}
