import type { MutatingWebhookConfiguration } from '../admissionregistration/index.ts'
import { MutatingWebhookConfiguration as declared } from '../admissionregistration/index.ts'
import { defaultWebhook, validateWebhooks } from '../admission-checks/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const mutatingWebhookConfigurations: Resource<MutatingWebhookConfiguration> =
  defineResource<MutatingWebhookConfiguration>({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'MutatingWebhookConfiguration',
    plural: 'mutatingwebhookconfigurations',
    categories: ['api-extensions'],
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<MutatingWebhookConfiguration>({
      applyDefaults: ({ webhooks }) => {
        for (const webhook of webhooks ?? []) defaultWebhook(webhook, true)
      },
      ...counted,
      ...withMetadata<MutatingWebhookConfiguration>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        { create: ({ webhooks }) => validateWebhooks(webhooks) },
      ),
    }),
  })
