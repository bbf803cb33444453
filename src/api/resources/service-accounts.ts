import { serviceAccountColumns } from '../columns/index.ts'
import type { ServiceAccount } from '../core/index.ts'
import { ServiceAccount as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'
import { warnServiceAccount } from '../warnings/index.ts'

export const serviceAccounts: Resource<ServiceAccount> = defineResource<ServiceAccount>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  shortNames: ['sa'],
  struct: declared,
  columns: serviceAccountColumns,
  strategy: defineStrategy<ServiceAccount>({
    warn: warnServiceAccount,
    prepareForCreate: keepNamesOnly,
    prepareForUpdate: keepNamesOnly,
    ...withMetadata<ServiceAccount>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { asNew: 'behind' },
    ),
  }),
  subresources: {
    token: {
      group: 'authentication.k8s.io',
      version: 'v1',
      kind: 'TokenRequest',
      verbs: ['create'],
      foreign: true,
    },
  },
})

/** Of secrets the name alone is kept: they are of the account's namespace. */
function keepNamesOnly(account: ServiceAccount): void {
  if (!account.secrets) return
  account.secrets = account.secrets.map(({ name }) => (name === undefined ? {} : { name }))
}
