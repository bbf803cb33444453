export {
  type AuditEvent,
  type AuditOptions,
  AuditPolicy,
  type AuditSink,
  auditWebhook,
  type AuditWebhookOptions,
  type BatchOptions,
  batchingSink,
  blockingSink,
  legacyLine,
  waitedFor,
} from './audit/index.ts'
export type { OidcOptions } from './authn/oidc/index.ts'
export type { Authorizer, Decision } from './authz/authorizer.ts'
export type { Advertised } from './bootstrap/kubernetes-service.ts'
export {
  type AdmissionConfig,
  parseAdmission,
  parseAuthentication,
  parseAuthorization,
} from './configuration/index.ts'
export { type KmsParts, parseEncryption } from './encryption/index.ts'
export type { Followed } from './followed.ts'
export type { JudgeOptions } from './judges/index.ts'
export type { SecurityOptions, ServiceAccountOptions } from './security.ts'
export { type ApiServer, type ApiServerOptions, createApiServer } from './server.ts'
export type { KubeletClient } from './subresources/index.ts'
export {
  EXPORT_PATH,
  parseTracing,
  type Span,
  type TracingConfiguration,
  type TracingOptions,
} from './tracing/index.ts'
export type { WebhookAccess } from './webhooks/index.ts'
