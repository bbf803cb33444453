import type { SubresourceInfo } from '../schema/index.ts'

/** The sub-resource that reads and writes nothing but a number of replicas. */
export const scaleSubresource: SubresourceInfo = {
  group: 'autoscaling',
  version: 'v1',
  kind: 'Scale',
  verbs: ['get', 'patch', 'update'],
  foreign: true,
}
