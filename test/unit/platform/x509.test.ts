import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { issueAuthority, issueLeaf } from '../../../src/platform/index.ts'

describe('platform: x509', () => {
  const nowMs = Date.now()
  const authority = issueAuthority({ commonName: 'test-ca' }, { nowMs })
  const leaf = issueLeaf(
    authority,
    {
      commonName: 'system:node:node-1',
      organizations: ['system:nodes', 'other'],
      dnsNames: ['localhost', 'kubernetes.default.svc'],
      ipAddresses: ['127.0.0.1', '::1', 'fd00:1::2:3'],
      usages: ['server', 'client'],
    },
    { nowMs, days: 1 },
  )

  it('passes the strict verification of openssl, for servers and clients', () => {
    const folder = mkdtempSync(join(tmpdir(), 'navarch-x509-'))
    try {
      writeFileSync(join(folder, 'ca.pem'), authority.certPem)
      writeFileSync(join(folder, 'leaf.pem'), leaf.certPem)
      for (const purpose of ['sslserver', 'sslclient']) {
        const args = ['verify', '-x509_strict', '-purpose', purpose, '-CAfile', 'ca.pem']
        const output = execFileSync('openssl', [...args, 'leaf.pem'], { cwd: folder })
        assert.equal(output.toString(), 'leaf.pem: OK\n')
      }
      const ca = execFileSync(
        'openssl',
        ['verify', '-x509_strict', '-CAfile', 'ca.pem', 'ca.pem'],
        { cwd: folder },
      )
      assert.equal(ca.toString(), 'ca.pem: OK\n')
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })

  it('carries names, addresses and subject', () => {
    const certificate = new X509Certificate(leaf.certPem)
    assert.equal(certificate.subject, 'O=system:nodes\nO=other\nCN=system:node:node-1')
    assert.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1')
    assert.equal(certificate.checkIP('fd00:1::2:3'), 'fd00:1::2:3')
    assert.equal(certificate.checkHost('kubernetes.default.svc'), 'kubernetes.default.svc')
    assert.equal(certificate.checkHost('elsewhere'), undefined)
    assert(certificate.verify(new X509Certificate(authority.certPem).publicKey))
    assert(certificate.checkIssued(new X509Certificate(authority.certPem)))
    assert.equal(certificate.ca, false)
  })

  it('switches to GeneralizedTime in 2050', () => {
    const far = issueAuthority({ commonName: 'far' }, { nowMs, days: 20_000 })
    assert(new Date(new X509Certificate(far.certPem).validTo).getUTCFullYear() > 2075)
  })

  it('refuses what is no address', () => {
    const bad = { commonName: 'x', ipAddresses: ['300.1'], usages: ['server'] as const }
    assert.throws(() => issueLeaf(authority, bad, { nowMs }), /not an IP address: 300\.1/)
  })
})
