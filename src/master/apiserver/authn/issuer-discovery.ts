import type { Advertised } from '../bootstrap/kubernetes-service.ts'
import type { Route } from '../handler.ts'
import { statusErrors } from '../status.ts'
import { jwksOf, type VerifyKey } from './jwt.ts'

const JWKS = '/openid/v1/jwks'
const PATHS: ReadonlySet<string> = new Set([JWKS, '/.well-known/openid-configuration'])

/** For those who check tokens of service accounts by themselves (OpenID Connect Discovery 1.0). */
export function issuerDiscoveryRoute(options: {
  /** Absent: no tokens are issued, and nothing is answered. */
  readonly issuer: string | undefined
  readonly keys: readonly VerifyKey[]
  readonly advertise: Advertised | undefined
}): Route {
  const { issuer, keys, advertise } = options
  return async ({ request, info }) => {
    const path = info.path.replace(/\/$/, '')
    if (issuer === undefined || !PATHS.has(path)) return undefined
    if (info.method !== 'GET') throw statusErrors.methodNotAllowed()
    if (path === JWKS) return answer('application/jwk-set+json', jwksOf(keys))
    const host = advertise ? `${advertise.address}:${advertise.port}` : request.headers['host']
    const algorithms = jwksOf(keys).keys.map((key) => (key as { alg?: string }).alg)
    return answer('application/json', {
      issuer,
      jwks_uri: `https://${host ?? 'localhost'}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [...new Set(algorithms)],
    })
  }
}

function answer(type: string, value: object) {
  const headers = { 'content-type': type, 'cache-control': 'public, max-age=3600' }
  return { status: 200, headers, body: Buffer.from(JSON.stringify(value)) }
}
