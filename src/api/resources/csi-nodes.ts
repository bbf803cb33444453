import { csiNodeColumns } from '../columns/index.ts'
import type { CSINode } from '../storage/index.ts'
import { CSINode as declared } from '../storage/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateCsiNode,
  validateCsiNodeUpdate,
  withMetadata,
} from '../validation/index.ts'

export const csiNodes: Resource<CSINode> = defineResource<CSINode>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSINode',
  plural: 'csinodes',
  namespaced: false,
  struct: declared,
  columns: csiNodeColumns,
  strategy: defineStrategy<CSINode>({
    prepareForCreate: dropNoDrivers,
    prepareForUpdate: dropNoDrivers,
    ...withMetadata<CSINode>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateCsiNode, update: validateCsiNodeUpdate },
    ),
  }),
})

/** Upstream keeps objects in protobuf, which has no empty lists: what is written is null. */
function dropNoDrivers({ spec }: CSINode): void {
  if (spec.drivers.length === 0) Reflect.deleteProperty(spec, 'drivers')
}
