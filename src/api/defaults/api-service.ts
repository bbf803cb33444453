import type { APIService } from '../apiregistration/index.ts'

const HTTPS_PORT = 443

export function defaultAPIService({ spec }: APIService): void {
  if (spec?.service) spec.service.port ??= HTTPS_PORT
}
