import type { ControllerRevision } from '../apps/index.ts'
import { ControllerRevision as declared } from '../apps/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'

export const controllerRevisions: Resource<ControllerRevision> = defineResource<ControllerRevision>(
  {
    group: 'apps',
    version: 'v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    struct: declared,
    strategy: defineStrategy<ControllerRevision>({}),
  },
)
