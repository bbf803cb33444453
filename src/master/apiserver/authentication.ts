import type { HttpRequest } from '../../base/index.ts'
import { statusErrors } from './status.ts'
import { ANONYMOUS, type User } from './user.ts'

/** Paths that answer whoever asks: load balancers and probes have no certificate. */
const OPEN_PATHS = /^\/(healthz|livez|readyz)(\/|$)|^\/version\/?$/

/**
 * Who sends the request: the subject of its client certificate, which the platform has verified
 * against our authority. Nobody else gets in. Throws 401.
 */
export function authenticate(request: HttpRequest, path: string): User {
  const { identity } = request
  if (identity) {
    const groups = new Set([...identity.organizations, 'system:authenticated'])
    return { name: identity.commonName, groups: [...groups] }
  }
  // A credential that we cannot check is refused even where none is needed.
  if (request.headers['authorization'] === undefined && OPEN_PATHS.test(path)) return ANONYMOUS
  throw statusErrors.unauthorized()
}
