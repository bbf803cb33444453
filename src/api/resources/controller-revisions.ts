import { controllerRevisionColumns } from '../columns/index.ts'
import type { ControllerRevision } from '../apps/index.ts'
import { ControllerRevision as declared } from '../apps/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateControllerRevision,
  validateControllerRevisionUpdate,
  validateObjectMeta,
  withMetadata,
} from '../validation/index.ts'

const SCOPE = { namespaced: true, nameErrors: dns1123SubdomainErrors }

export const controllerRevisions: Resource<ControllerRevision> = defineResource<ControllerRevision>(
  {
    group: 'apps',
    version: 'v1',
    kind: 'ControllerRevision',
    plural: 'controllerrevisions',
    struct: declared,
    columns: controllerRevisionColumns,
    strategy: defineStrategy<ControllerRevision>({
      ...withMetadata<ControllerRevision>(SCOPE, {
        create: validateControllerRevision,
        update: (revision, old) => [
          ...validateObjectMeta(revision.metadata, SCOPE),
          ...validateControllerRevisionUpdate(revision, old),
        ],
      }),
    }),
  },
)
