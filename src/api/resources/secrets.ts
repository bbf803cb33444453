import { secretColumns } from '../columns/index.ts'
import type { Secret } from '../core/index.ts'
import { Secret as declared } from '../core/index.ts'
import { defaultSecret } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateSecret,
  validateSecretUpdate,
  withMetadata,
} from '../validation/index.ts'

export const secrets: Resource<Secret> = defineResource<Secret>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  struct: declared,
  columns: secretColumns,
  strategy: defineStrategy<Secret>({
    applyDefaults: defaultSecret,

    // An empty type in an update means: as it was.
    prepareForUpdate(secret, old) {
      if (!secret.type && old.type !== undefined) secret.type = old.type
    },
    ...withMetadata<Secret>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateSecret, update: validateSecretUpdate, asNew: 'behind' },
    ),
  }),
  selectableFields: { type: (secret) => secret.type ?? '' },
})
