export { Audit, type AuditOptions, type AuditSink, type AuditTrail } from './audit.ts'
export { AuditPolicy } from './policy.ts'
