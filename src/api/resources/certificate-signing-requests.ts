import { certificateSigningRequestColumns } from '../columns/index.ts'
import type { CertificateSigningRequest } from '../certificates/index.ts'
import { CertificateSigningRequest as declared } from '../certificates/index.ts'
import type { Resource } from '../schema/index.ts'
import {
  copyOf,
  defineResource,
  defineStrategy,
  statusApart,
  statusVerbs,
} from '../strategy/index.ts'
import {
  pathSegmentErrors,
  validateCertificateSigningRequest,
  validateCertificateSigningRequestUpdate,
  withMetadata,
} from '../validation/index.ts'

export const certificateSigningRequests: Resource<CertificateSigningRequest> =
  defineResource<CertificateSigningRequest>({
    group: 'certificates.k8s.io',
    version: 'v1',
    kind: 'CertificateSigningRequest',
    plural: 'certificatesigningrequests',
    shortNames: ['csr'],
    namespaced: false,
    struct: declared,
    columns: certificateSigningRequestColumns,
    strategy: defineStrategy<CertificateSigningRequest>({
      ...statusApart,
      // What was asked for, and by whom, never changes.
      prepareForUpdate(request, old) {
        request.spec = copyOf(old.spec)
        statusApart.prepareForUpdate(request, old)
      },
      ...withMetadata<CertificateSigningRequest>(
        { namespaced: false, nameErrors: pathSegmentErrors },
        {
          create: validateCertificateSigningRequest,
          update: (request, old) => validateCertificateSigningRequestUpdate(request, old, 'spec'),
          status: (request, old) => validateCertificateSigningRequestUpdate(request, old, 'status'),
        },
      ),
    }),
    selectableFields: {
      'spec.signerName': (request) => request.spec.signerName ?? '',
    },
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
