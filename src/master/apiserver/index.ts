export type { Authorizer, Decision } from './authorization.ts'
export type { Advertised } from './bootstrap/kubernetes-service.ts'
export { type ApiServer, type ApiServerOptions, createApiServer } from './server.ts'
export type { KubeletClient } from './subresources/index.ts'
