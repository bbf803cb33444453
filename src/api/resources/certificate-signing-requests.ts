import type { CertificateSigningRequest } from '../certificates/index.ts'
import { CertificateSigningRequest as declared } from '../certificates/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart, statusVerbs } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const certificateSigningRequests: Resource<CertificateSigningRequest> =
  defineResource<CertificateSigningRequest>({
    group: 'certificates.k8s.io',
    version: 'v1',
    kind: 'CertificateSigningRequest',
    plural: 'certificatesigningrequests',
    shortNames: ['csr'],
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<CertificateSigningRequest>({
      ...statusApart,
      ...withMetadata<CertificateSigningRequest>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        {},
      ),
    }),
    hasStatus: true,
    subresources: {
      approval: {
        group: 'certificates.k8s.io',
        version: 'v1',
        kind: 'CertificateSigningRequest',
        verbs: statusVerbs,
      },
    },
  })
