import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Log, silentLog } from '../../../src/base/index.ts'
import { AUDIT_FLAGS, auditOf } from '../../../src/cmd/parts/audit-flags.ts'
import type { AuditEvent } from '../../../src/master/apiserver/index.ts'

describe('cmd: a log of requests on a full disk', () => {
  let folder: string
  let told: number
  const log: Log = { ...silentLog, error: () => void told++ }
  const write = async (mode: string, stage: AuditEvent['stage']) => {
    const policy = join(folder, 'policy.yaml')
    writeFileSync(policy, '{apiVersion: audit.k8s.io/v1, kind: Policy, rules: [{level: Metadata}]}')
    const given = { 'audit-policy-file': policy, 'audit-log-path': '/dev/full' }
    const audit = auditOf({ ...AUDIT_FLAGS, ...given, 'audit-log-mode': mode }, { log })
    const [sink] = audit?.sinks ?? []
    assert.ok(sink)
    for (let i = 0; i < 10; i++) await sink.write({ stage })
    await sink.close?.()
  }
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'navarch-audit-'))
    told = 0
  })
  afterEach(() => rmSync(folder, { recursive: true, force: true }))

  for (const mode of ['blocking', 'batch']) {
    it(`${mode}: no request fails, and it is told once, not of each`, async () => {
      await write(mode, 'RequestReceived')
      await write(mode, 'ResponseComplete')
      assert.equal(told, 2)
    })
  }

  it('blocking-strict: a request fails at first, and never when it is done', async () => {
    await assert.rejects(write('blocking-strict', 'RequestReceived'), /ENOSPC/)
    await write('blocking-strict', 'ResponseComplete')
  })
})
