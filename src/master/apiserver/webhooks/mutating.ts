import {
  applyJsonPatch,
  type JsonObject,
  type JsonPatchOperation,
  type KubeObject,
  type MutatingWebhookConfiguration,
} from '../../../api/index.ts'
import type { AdmissionAttributes } from '../admission/attributes.ts'
import type { AdmissionContext, MakePlugin } from '../admission/plugin.ts'
import { convertTo } from '../matching/index.ts'
import { statusErrors } from '../status.ts'
import { ask, type Invocation, invocationOf, isExempt } from './dispatch.ts'

const CONFIGURATIONS = {
  group: 'admissionregistration.k8s.io',
  plural: 'mutatingwebhookconfigurations',
}
const PLUGIN = 'MutatingAdmissionWebhook'

/** The object, as text, when each webhook had last seen it. */
type Seen = Map<string, string>

/** Webhooks that change requests: one after the other, each sees what those before it made. */
export const mutatingWebhooks: MakePlugin = (context) => ({
  async admit(attributes) {
    const { lookup, config } = context
    const caller = context.webhooks?.with(config.mutatingWebhooks)
    if (!caller || isExempt(attributes)) return
    const { reinvocation } = attributes
    const seen = reinvocation.value<Seen>(PLUGIN, () => new Map())
    const round = reinvocation.isSecond ? 1 : 0
    for (const { metadata, webhooks } of lookup.list<MutatingWebhookConfiguration>(
      CONFIGURATIONS,
    )) {
      const configuration = metadata.name ?? ''
      for (const [index, webhook] of (webhooks ?? []).entries()) {
        const key = `${configuration}/${webhook.name}`
        // A second time only for those that want it, when others changed the object since.
        if (round === 1) {
          if (webhook.reinvocationPolicy !== 'IfNeeded' || !seen.has(key)) continue
          if (seen.get(key) === JSON.stringify(attributes.object)) continue
        }
        const invocation = await invocationOf({ webhook, configuration }, attributes, context)
        if (!invocation) continue
        const verdict = await ask(invocation, attributes, { caller, context, mutates: true })
        if (!verdict) continue
        const before = JSON.stringify(attributes.object)
        if (verdict.patch) await change(verdict.patch, invocation, { attributes, context })
        const mutated = JSON.stringify(attributes.object) !== before
        if (mutated) reinvocation.request()
        seen.set(key, JSON.stringify(attributes.object))
        attributes.annotate(
          `mutation.webhook.admission.k8s.io/round_${round}_index_${index}`,
          JSON.stringify({ configuration, webhook: webhook.name, mutated }),
        )
      }
    }
  },
})

async function change(
  patch: readonly JsonPatchOperation[],
  { match, webhook }: Invocation,
  { attributes, context }: { attributes: AdmissionAttributes; context: AdmissionContext },
): Promise<void> {
  const { object, resource, signal } = attributes
  const { lookup } = context
  const own = lookup.storeAt(resource)
  if (!object || !own) {
    throw statusErrors.internal(
      `admission webhook ${JSON.stringify(webhook.name)} attempted to modify the object, which ` +
        'is not supported for this operation',
    )
  }
  try {
    // An object of a sub-resource's own kind has no form but its own.
    if (attributes.kind.kind !== resource.kind) {
      attributes.replaceObject(applyJsonPatch(object, [...patch]) as KubeObject)
      return
    }
    const seen = (match.resource && lookup.storeAt(match.resource)) ?? own
    const json = seen.tracking.toJson(await convertTo(seen, object, { from: own, signal }))
    const patched = applyJsonPatch(json, [...patch]) as JsonObject
    const decoded = seen.tracking.fromJson(patched)
    seen.resource.strategy.applyDefaults(decoded)
    attributes.replaceObject(await convertTo(own, decoded, { from: seen, signal }))
  } catch (error) {
    throw statusErrors.internal(error instanceof Error ? error.message : String(error))
  }
}
