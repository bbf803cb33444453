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
    ...withMetadata<CSINode>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateCsiNode, update: validateCsiNodeUpdate },
    ),
  }),
})
