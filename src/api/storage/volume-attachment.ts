import { PersistentVolumeSpec } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { boolean, int32, map, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const VolumeAttachmentSource = struct('io.k8s.api.storage.v1.VolumeAttachmentSource', '', {
  inlineVolumeSpec: ref(2, PersistentVolumeSpec),
  persistentVolumeName: string(1).nullable(),
})
export interface VolumeAttachmentSource extends TypeOf<typeof VolumeAttachmentSource> {}

export const VolumeAttachmentSpec = struct('io.k8s.api.storage.v1.VolumeAttachmentSpec', '', {
  attacher: string(1).required(),
  nodeName: string(3).required(),
  source: ref(2, VolumeAttachmentSource).required().written(),
})
export interface VolumeAttachmentSpec extends TypeOf<typeof VolumeAttachmentSpec> {}

export const VolumeError = struct('io.k8s.api.storage.v1.VolumeError', '', {
  errorCode: int32(3).nullable(),
  message: string(2),
  time: time(1).written(),
})
export interface VolumeError extends TypeOf<typeof VolumeError> {}

export const VolumeAttachmentStatus = struct('io.k8s.api.storage.v1.VolumeAttachmentStatus', '', {
  attachError: ref(3, VolumeError),
  attached: boolean(1).required(),
  attachmentMetadata: map(2, string),
  detachError: ref(4, VolumeError),
})
export interface VolumeAttachmentStatus extends TypeOf<typeof VolumeAttachmentStatus> {}

export const VolumeAttachment = struct('io.k8s.api.storage.v1.VolumeAttachment', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, VolumeAttachmentSpec).required().always(),
  status: ref(3, VolumeAttachmentStatus).always(),
})
export interface VolumeAttachment extends TypeOf<typeof VolumeAttachment> {}
