import { PersistentVolumeSpec } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { boolean, int32, map, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const VolumeAttachmentSource = struct(
  'io.k8s.api.storage.v1.VolumeAttachmentSource',
  'Which volume.',
  {
    persistentVolumeName: string(1, 'Name of the volume.').nullable(),
    inlineVolumeSpec: ref(2, PersistentVolumeSpec, 'A volume without a name.'),
  },
)
export interface VolumeAttachmentSource extends TypeOf<typeof VolumeAttachmentSource> {}

export const VolumeAttachmentSpec = struct(
  'io.k8s.api.storage.v1.VolumeAttachmentSpec',
  'Which volume, where, by whom.',
  {
    attacher: string(1, 'Name of the driver.').required(),
    source: ref(2, VolumeAttachmentSource, 'Which volume.').required().written(),
    nodeName: string(3, 'Name of the node.').required(),
  },
)
export interface VolumeAttachmentSpec extends TypeOf<typeof VolumeAttachmentSpec> {}

export const VolumeError = struct('io.k8s.api.storage.v1.VolumeError', 'Something that failed.', {
  time: time(1, 'When.').written(),
  message: string(2, 'What happened.'),
  errorCode: int32(3, "The driver's code, of gRPC.").nullable(),
})
export interface VolumeError extends TypeOf<typeof VolumeError> {}

export const VolumeAttachmentStatus = struct(
  'io.k8s.api.storage.v1.VolumeAttachmentStatus',
  'Whether it is attached.',
  {
    attached: boolean(1, 'Whether it is.').required(),
    attachmentMetadata: map(2, string, 'What mounting has to know.'),
    attachError: ref(3, VolumeError, 'Why it could not be attached.'),
    detachError: ref(4, VolumeError, 'Why it could not be detached.'),
  },
)
export interface VolumeAttachmentStatus extends TypeOf<typeof VolumeAttachmentStatus> {}

export const VolumeAttachment = struct(
  'io.k8s.api.storage.v1.VolumeAttachment',
  'A volume is to be attached to a node.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, VolumeAttachmentSpec, 'What is wanted.').required().always(),
    status: ref(3, VolumeAttachmentStatus, 'What is.').always(),
  },
)
export interface VolumeAttachment extends TypeOf<typeof VolumeAttachment> {}
