import { X509Certificate } from 'node:crypto'
import { hasReason } from '../../base/index.ts'
import { type CertificateSigningRequest, certificateSigningRequests } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  type Controller,
  type ControllerContext,
  done,
  objectsOf,
  requeueAfter,
} from './runtime.ts'

/** How long requests are kept, by what became of them. */
const ANSWERED_MS = 3_600_000
const PENDING_MS = 24 * 3_600_000

/** Deletes requests for certificates that nobody needs any more. */
export function certificateCleaner(context: ControllerContext): Controller {
  const requests = context.informers.for(certificateSigningRequests)
  const client = context.client.for(certificateSigningRequests)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const request = requests.get(key)
    if (!request) return done
    const leftMs = endOf(request) - context.clock.nowMs()
    if (leftMs > 0) return requeueAfter(leftMs)
    const { uid } = request.metadata
    try {
      await client.delete({ name: key }, { preconditions: { uid } }, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
    return done
  }

  return {
    name: 'certificatesigningrequest-cleaner-controller',
    sources: [objectsOf(requests)],
    reconcile,
  }
}

/** Pure: when a request is to go, in milliseconds since 1970. */
export function endOf({ metadata, status }: Cached<CertificateSigningRequest>): number {
  const ends = (status?.conditions ?? []).map(
    ({ lastUpdateTime }) => Date.parse(lastUpdateTime ?? '') + ANSWERED_MS,
  )
  if (status?.certificate) ends.push(expiryOf(status.certificate))
  if (ends.length === 0) ends.push(Date.parse(metadata.creationTimestamp ?? '') + PENDING_MS)
  return Math.min(...ends)
}

function expiryOf(certificate: string): number {
  try {
    return Date.parse(new X509Certificate(Buffer.from(certificate, 'base64')).validTo)
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
