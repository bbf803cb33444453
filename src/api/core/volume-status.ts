import { boolean, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ImageVolumeStatus = struct(
  'io.k8s.api.core.v1.ImageVolumeStatus',
  'An image that is mounted as a volume.',
  {
    imageRef: string(1, 'Identity of the image.').required(),
  },
)
export interface ImageVolumeStatus extends TypeOf<typeof ImageVolumeStatus> {}

export const VolumeStatus = struct(
  'io.k8s.api.core.v1.VolumeStatus',
  'More about a mounted volume.',
  {
    image: ref(1, ImageVolumeStatus, 'The image, if it is one.'),
  },
)
export interface VolumeStatus extends TypeOf<typeof VolumeStatus> {}

export const VolumeMountStatus = struct(
  'io.k8s.api.core.v1.VolumeMountStatus',
  'How a volume is mounted.',
  {
    name: string(1, 'Name of the volume.').required(),
    mountPath: string(2, 'Where the container sees it.').required(),
    readOnly: boolean(3, 'Whether it is mounted for reading alone.'),
    recursiveReadOnly: string(4, 'Whether that holds all the way down.')
      .named('v1.RecursiveReadOnlyMode')
      .nullable(),
    volumeStatus: ref(5, VolumeStatus, 'More about the volume.'),
  },
)
export interface VolumeMountStatus extends TypeOf<typeof VolumeMountStatus> {}
