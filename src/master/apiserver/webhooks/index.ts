export { type ClientConfig, type WebhookAccess, WebhookCaller, WebhookError } from './call.ts'
export { mutatingWebhooks } from './mutating.ts'
export { ServiceTargets, TargetError } from './target.ts'
export { validatingWebhooks } from './validating.ts'
