import { type AuditOptions, AuditPolicy } from '../../master/apiserver/index.ts'
import { rotatingFile } from '../../platform/index.ts'
import { parsedFlag } from './config-files.ts'
import { fileOf } from './flags.ts'

/** Flags of kube-apiserver about what is noted of requests. */
export const AUDIT_FLAGS = {
  'audit-policy-file': '',
  'audit-log-path': '',
} as const

type Flags = Readonly<Record<keyof typeof AUDIT_FLAGS, string>>

/** Undefined without a policy: nothing is noted. Throws `FlagError`. */
export function auditOf(flags: Flags): AuditOptions | undefined {
  const text = fileOf('audit-policy-file', flags['audit-policy-file'])
  const path = flags['audit-log-path']
  if (text === '' || path === '') return undefined
  const policy = parsedFlag('audit-policy-file', () => new AuditPolicy(text))
  return { policy, sink: parsedFlag('audit-log-path', () => rotatingFile({ path })) }
}
