import { readSecurity, readTls } from '../../../cluster/index.ts'
import type { ApiServerOptions } from '../../master/apiserver/index.ts'
import type { ControllersOptions } from '../../master/controllers/index.ts'
import { certificateSigner, signerOf } from '../../platform/index.ts'
import type { OwnTrust } from './apiserver-security.ts'
import type { Part } from './part.ts'

const FRONT_PROXY = 'front-proxy-client'

export interface Trust {
  /** By what the API server knows people, beside client certificates, and is known itself. */
  readonly own: OwnTrust
  readonly api: Pick<ApiServerOptions, 'proxyClient'>
  /** What controllers hand out in the cluster's name. */
  readonly given: Pick<ControllersOptions, 'rootCaPem' | 'certificateSigner' | 'accountSigner'>
  /** The authority of front proxies, PEM. */
  readonly proxyCaPem: string
}

/** The keys of a local cluster, put to their uses. */
export async function readTrust(part: Part): Promise<Trust> {
  const { accountKeyPem, apiAuthority, proxyCaPem } = await readSecurity(part)
  return {
    own: {
      accountKeyPem,
      clientCaPem: apiAuthority.certPem,
      requestHeader: { caPem: proxyCaPem, allowedNames: [FRONT_PROXY] },
    },
    api: {
      proxyClient: await readTls(FRONT_PROXY, 'api', part),
    },
    given: {
      rootCaPem: apiAuthority.certPem,
      certificateSigner: certificateSigner(apiAuthority),
      accountSigner: signerOf(accountKeyPem),
    },
    proxyCaPem,
  }
}
