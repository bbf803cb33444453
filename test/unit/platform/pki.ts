import { issueAuthority, issueLeaf, type TlsOptions } from '../../../src/platform/index.ts'

/** A throw-away authority with one server (127.0.0.1) and one client certificate. */
export function testPki(): { server: TlsOptions; client: TlsOptions } {
  const validity = { nowMs: Date.now(), days: 1 }
  const authority = issueAuthority({ commonName: 'test-ca' }, validity)
  const server = issueLeaf(
    authority,
    { commonName: 'server', ipAddresses: ['127.0.0.1'], usages: ['server', 'client'] },
    validity,
  )
  const client = issueLeaf(
    authority,
    { commonName: 'alice', organizations: ['system:masters', 'staff'], usages: ['client'] },
    validity,
  )
  return {
    server: { caPem: authority.certPem, ...server },
    client: { caPem: authority.certPem, ...client },
  }
}
