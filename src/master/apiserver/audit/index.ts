export {
  Audit,
  type AuditEvent,
  type AuditOptions,
  type AuditSink,
  type AuditTrail,
} from './audit.ts'
export { type BatchOptions, batchingSink } from './batch.ts'
export { legacyLine } from './legacy.ts'
export { AuditPolicy } from './policy.ts'
export { auditWebhook, type AuditWebhookOptions, blockingSink, waitedFor } from './webhook.ts'
