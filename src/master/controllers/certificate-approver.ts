import {
  type CertificateSigningRequest,
  certificateSigningRequests,
  keyOf,
  parseCertificateRequest,
  type SubjectAccessReview,
  subjectAccessReviews,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { conditionTypes, KUBELET_CLIENT_SIGNER, kubeletClientFault } from './certificate-rules.ts'
import {
  type Cached,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
} from './runtime.ts'

/** Ways for a kubelet to ask, and the right that each needs (KEP-1513). */
const WAYS = [
  {
    subresource: 'selfnodeclient',
    message: 'Auto approving self kubelet client certificate after SubjectAccessReview.',
    applies: (username: string, commonName: string) => username === commonName,
  },
  {
    subresource: 'nodeclient',
    message: 'Auto approving kubelet client certificate after SubjectAccessReview.',
    applies: () => true,
  },
] as const

/** Approves certificates that kubelets ask for themselves, when the one who asks has the right. */
export function certificateApprover(context: ControllerContext): Controller {
  const requests = context.informers.for(certificateSigningRequests)
  const client = context.client.for(certificateSigningRequests)
  const reviews = context.client.for(subjectAccessReviews)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const request = requests.get(key)
    if (!request || request.spec.signerName !== KUBELET_CLIENT_SIGNER) return done
    const types = conditionTypes(request)
    if (types.has('Approved') || types.has('Denied') || request.status?.certificate) return done
    const parsed = parseCertificateRequest(Buffer.from(request.spec.request, 'base64'))
    if (kubeletClientFault(request, parsed) !== undefined) return done
    for (const { subresource, message, applies } of WAYS) {
      if (!applies(request.spec.username ?? '', parsed.commonName)) continue
      if (!(await isAllowed(request, subresource, call))) continue
      const wanted = draft<CertificateSigningRequest>(request)
      const condition = { type: 'Approved', status: 'True', reason: 'AutoApproved', message }
      const now = new Date(context.clock.nowMs()).toISOString().replace(/\.\d+/, '')
      const times = { lastUpdateTime: now, lastTransitionTime: now }
      const conditions = [...(wanted.status?.conditions ?? []), { ...condition, ...times }]
      wanted.status = { ...wanted.status, conditions }
      const at = { name: keyOf(wanted) }
      await client.subresource(at, { name: 'approval', method: 'PUT', body: wanted }, call)
      return done
    }
    return done
  }

  async function isAllowed(
    { spec }: Cached<CertificateSigningRequest>,
    subresource: string,
    call: { signal: AbortSignal },
  ): Promise<boolean> {
    const review = await reviews.create(
      {
        metadata: {},
        spec: {
          user: spec.username ?? '',
          groups: [...(spec.groups ?? [])],
          uid: spec.uid ?? '',
          extra: structuredClone(spec.extra ?? {}) as Record<string, string[]>,
          resourceAttributes: {
            group: 'certificates.k8s.io',
            resource: 'certificatesigningrequests',
            verb: 'create',
            subresource,
          },
        },
        status: { allowed: false },
      } satisfies SubjectAccessReview,
      call,
    )
    return review.status.allowed
  }

  return {
    name: 'certificatesigningrequest-approving-controller',
    sources: [objectsOf(requests)],
    reconcile,
  }
}
