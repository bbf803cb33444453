import { boolean, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ImageVolumeStatus = struct('io.k8s.api.core.v1.ImageVolumeStatus', '', {
  imageRef: string(1).required(),
})
export interface ImageVolumeStatus extends TypeOf<typeof ImageVolumeStatus> {}

export const VolumeStatus = struct('io.k8s.api.core.v1.VolumeStatus', '', {
  image: ref(1, ImageVolumeStatus),
})
export interface VolumeStatus extends TypeOf<typeof VolumeStatus> {}

export const VolumeMountStatus = struct('io.k8s.api.core.v1.VolumeMountStatus', '', {
  mountPath: string(2).required(),
  name: string(1).required(),
  readOnly: boolean(3),
  recursiveReadOnly: string(4).nullable(),
  volumeStatus: ref(5, VolumeStatus),
})
export interface VolumeMountStatus extends TypeOf<typeof VolumeMountStatus> {}
