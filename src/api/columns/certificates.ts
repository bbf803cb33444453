import type { CertificateSigningRequest } from '../certificates/index.ts'
import { humanDuration } from '../helpers/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, nameColumn, NONE } from './common.ts'

export const certificateSigningRequestColumns: readonly Column<CertificateSigningRequest>[] = [
  nameColumn(),
  ageColumn(),
  column('SignerName', 'Who is to sign.', ({ spec }) => spec.signerName || NONE),
  column('Requestor', 'Who asks.', ({ spec }) => spec.username ?? ''),
  column('RequestedDuration', 'How long the certificate is wanted.', ({ spec }) =>
    spec.expirationSeconds == null ? NONE : humanDuration(spec.expirationSeconds * 1000),
  ),
  column('Condition', 'Approved, denied or neither, and whether it is signed.', conditionOf),
]

function conditionOf({ status }: CertificateSigningRequest): string {
  const types = (status?.conditions ?? []).map(({ type }) => type)
  // As upstream: whoever is both is denied.
  const answer = types.includes('Denied') ? 'Denied' : types.includes('Approved') ? 'Approved' : ''
  const parts = [answer || 'Pending']
  if (types.includes('Failed')) parts.push('Failed')
  if (status?.certificate) parts.push('Issued')
  return parts.join(',')
}
