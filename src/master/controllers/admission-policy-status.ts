import { apiVersionOf, typeCheckPolicy, validatingAdmissionPolicies } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { type Controller, type ControllerContext, done, objectsOf } from './runtime.ts'

const MANAGER = 'validatingadmissionpolicy-status-controller'

/** Tells in the status of policies which of their expressions make no sense for what they match. */
export function admissionPolicyStatus(context: ControllerContext): Controller {
  const policies = context.informers.for(validatingAdmissionPolicies)
  const client = context.client.for(validatingAdmissionPolicies)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const policy = policies.get(key)
    const { generation = 0, name = '' } = policy?.metadata ?? {}
    if (!policy || generation <= (policy.status?.observedGeneration ?? 0)) return done
    const expressionWarnings = typeCheckPolicy(policy, context.resources)
    const typeChecking = expressionWarnings.length > 0 ? { expressionWarnings } : {}
    const metadata = { name, namespace: '' }
    const body = {
      apiVersion: apiVersionOf(validatingAdmissionPolicies),
      kind: 'ValidatingAdmissionPolicy',
      metadata,
      status: { observedGeneration: generation, typeChecking },
    }
    const patch = { type: 'apply', body, fieldManager: MANAGER, force: true } as const
    await client.patch(metadata, { ...patch, subresource: 'status' }, call)
    return done
  }

  return { name: MANAGER, sources: [objectsOf(policies)], reconcile }
}
