/** Who sends a request. */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
}

/** A user without a client certificate: may read health and version, nothing else. */
export const ANONYMOUS: User = { name: 'system:anonymous', groups: ['system:unauthenticated'] }
