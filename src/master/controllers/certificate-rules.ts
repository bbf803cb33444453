import type { DeepReadonly } from '../../base/index.ts'
import type { CertificateRequest, CertificateSigningRequest } from '../../api/index.ts'

type Request = DeepReadonly<CertificateSigningRequest>
/** Why a signer does not sign a request; undefined when it does. */
type Rule = (request: Request, parsed: CertificateRequest) => string | undefined

export const KUBELET_CLIENT_SIGNER = 'kubernetes.io/kube-apiserver-client-kubelet'
export const KUBELET_SERVING_SIGNER = 'kubernetes.io/kubelet-serving'

const NODE = 'system:node:'
const CLIENT = ['client auth', 'digital signature', 'key encipherment']
const SERVING = ['digital signature', 'key encipherment', 'server auth']

export function conditionTypes({ status }: Request): ReadonlySet<string> {
  return new Set((status?.conditions ?? []).map(({ type }) => type))
}

/** What must hold for each of Kubernetes' signers (KEP-1513); others sign for themselves. */
export const SIGNER_RULES: Readonly<Record<string, Rule>> = {
  'kubernetes.io/kube-apiserver-client': (request) =>
    usagesFault(request, { needed: 'client auth', allowed: CLIENT }),
  [KUBELET_CLIENT_SIGNER]: kubeletClientFault,
  [KUBELET_SERVING_SIGNER]: (request, parsed) => {
    const { username = '' } = request.spec
    if (!isNode(parsed)) return 'subject organization is not system:nodes, or no node is named'
    if (username !== parsed.commonName) return 'the node is not the one who asks'
    if (parsed.dnsNames.length + parsed.ipAddresses.length === 0) {
      return 'DNS or IP subjectAltName is required'
    }
    if (parsed.emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
    if (parsed.uris.length > 0) return 'URI subjectAltNames are not allowed'
    return usagesFault(request, { needed: 'server auth', allowed: SERVING })
  },
}

/** A function, for the approver asks as well. */
export function kubeletClientFault(
  request: Request,
  parsed: CertificateRequest,
): string | undefined {
  if (!isNode(parsed)) return 'subject organization is not system:nodes, or no node is named'
  const { dnsNames, ipAddresses, emailAddresses, uris } = parsed
  if (dnsNames.length > 0) return 'DNS subjectAltNames are not allowed'
  if (ipAddresses.length > 0) return 'IP subjectAltNames are not allowed'
  if (emailAddresses.length > 0) return 'Email subjectAltNames are not allowed'
  if (uris.length > 0) return 'URI subjectAltNames are not allowed'
  return usagesFault(request, { needed: 'client auth', allowed: CLIENT })
}

function isNode({ organizations, commonName }: CertificateRequest): boolean {
  const isOfNodes = organizations.length === 1 && organizations[0] === 'system:nodes'
  return isOfNodes && commonName.startsWith(NODE) && commonName.length > NODE.length
}

function usagesFault(
  { spec }: Request,
  of: { needed: string; allowed: readonly string[] },
): string | undefined {
  const usages = spec.usages ?? []
  const fits = usages.includes(of.needed) && usages.every((usage) => of.allowed.includes(usage))
  return fits ? undefined : 'usages did not match expected values'
}
