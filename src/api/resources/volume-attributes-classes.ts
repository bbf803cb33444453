import { volumeAttributesClassColumns } from '../columns/index.ts'
import type { VolumeAttributesClass } from '../storage/index.ts'
import { VolumeAttributesClass as declared } from '../storage/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateVolumeAttributesClass,
  validateVolumeAttributesClassUpdate,
  withMetadata,
} from '../validation/index.ts'

export const volumeAttributesClasses: Resource<VolumeAttributesClass> =
  defineResource<VolumeAttributesClass>({
    group: 'storage.k8s.io',
    version: 'v1',
    kind: 'VolumeAttributesClass',
    plural: 'volumeattributesclasses',
    shortNames: ['vac'],
    namespaced: false,
    struct: declared,
    columns: volumeAttributesClassColumns,
    strategy: defineStrategy<VolumeAttributesClass>({
      ...withMetadata<VolumeAttributesClass>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        { create: validateVolumeAttributesClass, update: validateVolumeAttributesClassUpdate },
      ),
    }),
  })
