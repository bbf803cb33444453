import type { DeepReadonly, HttpsCall, HttpsTarget } from '../../../base/index.ts'
import type { APIService } from '../../../api/index.ts'
import type { Lookup } from '../admission/index.ts'
import type { ServiceTargets } from '../webhooks/index.ts'

export const API_SERVICES = { group: 'apiregistration.k8s.io', plural: 'apiservices' }

export type KnownService = DeepReadonly<APIService>

export interface AggregationOptions {
  readonly lookup: Lookup
  readonly targets: ServiceTargets
  readonly call: HttpsCall
  /** Shown to extension API servers, so that they believe whom we speak for. PEM. */
  readonly client?: { readonly certPem: string; readonly keyPem: string } | undefined
}

/** The server of an APIService, and whom to trust to be it. Throws `TargetError`. */
export function targetOf(
  { targets, client }: Pick<AggregationOptions, 'targets' | 'client'>,
  { spec }: KnownService,
): HttpsTarget {
  const { service = {}, caBundle, insecureSkipTLSVerify } = spec
  const { namespace, name, port } = service ?? {}
  const at = { ...(namespace && { namespace }), ...(name && { name }), ...(port && { port }) }
  return {
    ...targets.resolve(at),
    ...(caBundle && { caPem: Buffer.from(caBundle, 'base64').toString('utf8') }),
    ...(insecureSkipTLSVerify && { insecure: true }),
    ...(client && { client }),
  }
}

/** As the `Host` of requests to it. */
export function hostOf({ spec }: KnownService): string {
  return `${spec.service?.name ?? ''}.${spec.service?.namespace ?? ''}.svc`
}

export function isAvailable(service: KnownService): boolean {
  const { conditions = [] } = service.status ?? {}
  return conditions.some(({ type, status }) => type === 'Available' && status === 'True')
}
