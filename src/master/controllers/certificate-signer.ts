import type { CertificateSigner } from '../../base/index.ts'
import {
  type CertificateSigningRequest,
  certificateSigningRequests,
  parseCertificateRequest,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { conditionTypes, SIGNER_RULES } from './certificate-rules.ts'
import { type Controller, type ControllerContext, done, draft, objectsOf } from './runtime.ts'

/** How long a certificate is good when nothing shorter is asked for. */
const YEAR_MS = 365 * 86_400_000
/** For clocks that lag; one that is short is not made longer by that. */
const BACKDATE_MS = 5 * 60_000
const SHORT_MS = 8 * 3_600_000

/** Signs approved requests of the API server's own signers. */
export function certificateSigning(
  context: ControllerContext,
  options: { readonly signer: CertificateSigner; readonly longestMs?: number },
): Controller {
  const { signer, longestMs = YEAR_MS } = options
  const requests = context.informers.for(certificateSigningRequests)
  const client = context.client.for(certificateSigningRequests)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const request = requests.get(key)
    const rule = request && SIGNER_RULES[request.spec.signerName]
    if (!request || !rule || request.status?.certificate) return done
    const types = conditionTypes(request)
    if (!types.has('Approved') || types.has('Denied') || types.has('Failed')) return done
    const parsed = parseCertificateRequest(Buffer.from(request.spec.request, 'base64'))
    const nowMs = context.clock.nowMs()
    const wanted = draft<CertificateSigningRequest>(request)
    const fault = parsed.hasOwnSignature()
      ? rule(request, parsed)
      : 'the request is not signed with the key that it asks for'
    if (fault === undefined) {
      const { expirationSeconds } = request.spec
      const askedMs = expirationSeconds == null ? longestMs : expirationSeconds * 1000
      const lifetimeMs = Math.min(askedMs, longestMs)
      const pem = signer.sign({
        ...parsed,
        usages: request.spec.usages ?? [],
        notBeforeMs: lifetimeMs > SHORT_MS ? nowMs - BACKDATE_MS : nowMs,
        notAfterMs: nowMs + lifetimeMs,
      })
      wanted.status = { ...wanted.status, certificate: Buffer.from(pem).toString('base64') }
    } else {
      const now = new Date(nowMs).toISOString().replace(/\.\d+/, '')
      const failed = {
        type: 'Failed',
        status: 'True',
        reason: 'SignerValidationFailure',
        message: fault,
        lastUpdateTime: now,
        lastTransitionTime: now,
      }
      const conditions = [...(wanted.status?.conditions ?? []), failed]
      wanted.status = { ...wanted.status, conditions }
    }
    await client.updateStatus(wanted, call)
    return done
  }

  return {
    name: 'certificatesigningrequest-signing-controller',
    sources: [objectsOf(requests)],
    reconcile,
  }
}
