import { podTemplateColumns } from '../columns/index.ts'
import type { PodTemplate } from '../core/index.ts'
import { PodTemplate as declared } from '../core/index.ts'
import { defaultPodTemplateObject } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validatePodTemplateObject,
  withMetadata,
} from '../validation/index.ts'
import { templateWarnings } from '../warnings/index.ts'

export const podTemplates: Resource<PodTemplate> = defineResource<PodTemplate>({
  group: '',
  version: 'v1',
  kind: 'PodTemplate',
  plural: 'podtemplates',
  struct: declared,
  columns: podTemplateColumns,
  strategy: defineStrategy<PodTemplate>({
    applyDefaults: defaultPodTemplateObject,
    warn: ({ template }) => templateWarnings(template, 'template'),
    ...counted,
    ...withMetadata<PodTemplate>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validatePodTemplateObject },
    ),
  }),
})
