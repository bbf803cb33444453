import { volumeAttachmentColumns } from '../columns/index.ts'
import type { VolumeAttachment } from '../storage/index.ts'
import { VolumeAttachment as declared } from '../storage/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateVolumeAttachment,
  validateVolumeAttachmentUpdate,
  withMetadata,
} from '../validation/index.ts'

export const volumeAttachments: Resource<VolumeAttachment> = defineResource<VolumeAttachment>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'VolumeAttachment',
  plural: 'volumeattachments',
  namespaced: false,
  struct: declared,
  columns: volumeAttachmentColumns,
  strategy: defineStrategy<VolumeAttachment>({
    ...statusApart,
    ...withMetadata<VolumeAttachment>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      {
        create: validateVolumeAttachment,
        update: validateVolumeAttachmentUpdate,
        status: validateVolumeAttachmentUpdate,
      },
    ),
  }),
  hasStatus: true,
})
