import type { ValidatingWebhookConfiguration } from '../admissionregistration/index.ts'
import { ValidatingWebhookConfiguration as declared } from '../admissionregistration/index.ts'
import { defaultWebhook, validateWebhooks } from '../admission-checks/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const validatingWebhookConfigurations: Resource<ValidatingWebhookConfiguration> =
  defineResource<ValidatingWebhookConfiguration>({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'ValidatingWebhookConfiguration',
    plural: 'validatingwebhookconfigurations',
    categories: ['api-extensions'],
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<ValidatingWebhookConfiguration>({
      applyDefaults: ({ webhooks }) => {
        for (const webhook of webhooks ?? []) defaultWebhook(webhook, false)
      },
      ...counted,
      ...withMetadata<ValidatingWebhookConfiguration>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        { create: ({ webhooks }) => validateWebhooks(webhooks) },
      ),
    }),
  })
