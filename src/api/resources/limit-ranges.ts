import type { LimitRange } from '../core/index.ts'
import { LimitRange as declared } from '../core/index.ts'
import { defaultLimitRange } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, validateLimitRange, withMetadata } from '../validation/index.ts'

export const limitRanges: Resource<LimitRange> = defineResource<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  shortNames: ['limits'],
  struct: declared,
  strategy: defineStrategy<LimitRange>({
    applyDefaults: defaultLimitRange,

    // Upstream makes up a name of the same form.
    prepareForCreate({ metadata }) {
      metadata.name ||= metadata.uid ?? ''
    },

    ...withMetadata<LimitRange>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateLimitRange, asNew: 'instead' },
    ),
  }),
})
