import { controllerRevisionColumns } from '../columns/index.ts'
import type { ControllerRevision } from '../apps/index.ts'
import { ControllerRevision as declared } from '../apps/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateControllerRevision,
  validateControllerRevisionUpdate,
  withMetadata,
} from '../validation/index.ts'

export const controllerRevisions: Resource<ControllerRevision> = defineResource<ControllerRevision>(
  {
    group: 'apps',
    version: 'v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    struct: declared,
    columns: controllerRevisionColumns,
    strategy: defineStrategy<ControllerRevision>({
      ...withMetadata<ControllerRevision>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        { create: validateControllerRevision, update: validateControllerRevisionUpdate },
      ),
    }),
  },
)
