import type { ValidatingWebhookConfiguration } from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { AdmissionContext, MakePlugin } from '../admission/plugin.ts'
import { ask, type Invocation, invocationOf, isExempt } from './dispatch.ts'

const CONFIGURATIONS = {
  group: 'admissionregistration.k8s.io',
  plural: 'validatingwebhookconfigurations',
}

/** Webhooks that judge requests: all at once, and each may say no. */
export const validatingWebhooks: MakePlugin = (context) => ({
  async validate(attributes) {
    const caller = context.webhooks?.with(context.config.validatingWebhooks)
    if (!caller || isExempt(attributes)) return
    const invocations = await relevant(attributes, context)
    const outcomes = await Promise.allSettled(
      invocations.map((each) => ask(each, attributes, { caller, context, mutates: false })),
    )
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
  },
})

async function relevant(
  attributes: AdmissionAttributes,
  context: AdmissionContext,
): Promise<Invocation[]> {
  const found: Invocation[] = []
  for (const { metadata, webhooks } of context.lookup.list<ValidatingWebhookConfiguration>(
    CONFIGURATIONS,
  )) {
    for (const webhook of webhooks ?? []) {
      const of = { webhook, configuration: metadata.name ?? '' }
      const invocation = await invocationOf(of, attributes, context)
      if (invocation) found.push(invocation)
    }
  }
  return found
}
