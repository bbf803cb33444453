import { type CertificateSigningRequest, parseCertificateRequest } from '../../../api/index.ts'
import type { Authorizer } from '../authz/authorizer.ts'
import { MASTERS } from '../user.ts'
import type { AdmissionAttributes } from './attributes.ts'
import { forbidden } from './forbidden.ts'
import type { MakePlugin } from './plugin.ts'

const GROUP = 'certificates.k8s.io'
const PLURAL = 'certificatesigningrequests'
const API_CLIENT = 'kubernetes.io/kube-apiserver-client'

/** Who approves or denies must be allowed to do it for the signer (KEP-1513). */
export const certificateApproval: MakePlugin = ({ authorizer }) => ({
  async validate(attributes) {
    const { operation, old } = attributes
    if (operation !== 'UPDATE' || !attributes.isOf(GROUP, PLURAL, 'approval') || !old) return
    const { signerName } = (old as CertificateSigningRequest).spec
    if (await mayFor(authorizer, attributes, { verb: 'approve', signerName })) return
    const quoted = JSON.stringify(signerName)
    throw forbidden(attributes, `user not permitted to approve requests with signerName ${quoted}`)
  },
})

/** Who signs must be allowed to do it for the signer. */
export const certificateSigning: MakePlugin = ({ authorizer }) => ({
  async validate(attributes) {
    const { operation, object, old } = attributes
    if (operation !== 'UPDATE' || !attributes.isOf(GROUP, PLURAL, 'status')) return
    if (!object || !old || !isSigning(object, old)) return
    const { signerName } = (old as CertificateSigningRequest).spec
    if (await mayFor(authorizer, attributes, { verb: 'sign', signerName })) return
    const quoted = JSON.stringify(signerName)
    throw forbidden(attributes, `user not permitted to sign requests with signerName ${quoted}`)
  },
})

function isSigning(object: object, old: object): boolean {
  const now = (object as CertificateSigningRequest).status ?? {}
  const was = (old as CertificateSigningRequest).status ?? {}
  const failed = ({ conditions = [] }: typeof now) =>
    JSON.stringify(conditions.filter(({ type }) => type === 'Failed'))
  return now.certificate !== was.certificate || failed(now) !== failed(was)
}

/** Nobody asks for a certificate by which its holder is a master. */
export const certificateSubjectRestriction: MakePlugin = () => ({
  validate(attributes) {
    const { operation, object } = attributes
    if (operation !== 'CREATE' || !attributes.isOf(GROUP, PLURAL) || !object) return
    const { spec } = object as CertificateSigningRequest
    if (spec.signerName !== API_CLIENT) return
    const { organizations } = parseCertificateRequest(Buffer.from(spec.request, 'base64'))
    if (!organizations.includes(MASTERS)) return
    throw forbidden(attributes, `use of ${API_CLIENT} signer with ${MASTERS} group is not allowed`)
  },
})

/** By the signer's name, or by all signers of its domain. */
async function mayFor(
  authorizer: Authorizer,
  { user, signal }: AdmissionAttributes,
  of: { verb: string; signerName: string },
): Promise<boolean> {
  const { verb, signerName } = of
  const names = [signerName, `${signerName.split('/')[0]}/*`]
  for (const name of names) {
    const asked = {
      kind: 'resource',
      user,
      verb,
      group: GROUP,
      version: '*',
      resource: 'signers',
      subresource: '',
      namespace: '',
      name,
    } as const
    const decision = await authorizer.authorize(asked, { signal })
    if (decision.kind === 'allow') return true
  }
  return false
}
