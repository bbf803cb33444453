import type { CertificateSigningRequest } from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { Admission } from './chain.ts'

/** A certificate signing request says who has sent it, whatever its sender writes there. */
export function withRequester(admission: Admission): Admission {
  return {
    validate: (attributes) => admission.validate(attributes),
    async admit(attributes) {
      stamp(attributes)
      await admission.admit(attributes)
      // Nor do plugins and webhooks write it.
      stamp(attributes)
    },
  }
}

function stamp(attributes: AdmissionAttributes): void {
  const { operation, object, user } = attributes
  const isRequest = attributes.isOf('certificates.k8s.io', 'certificatesigningrequests')
  if (operation !== 'CREATE' || !isRequest || !object) return
  const request = object as CertificateSigningRequest
  const { username: _, uid: __, groups: ___, extra: ____, ...spec } = request.spec
  const { name, uid, groups, extra } = user
  const known = Object.keys(extra ?? {}).length > 0
  request.spec = {
    ...spec,
    username: name,
    ...(uid && { uid }),
    groups: [...groups],
    ...(extra && known && { extra: structuredClone(extra) as Record<string, string[]> }),
  }
}
