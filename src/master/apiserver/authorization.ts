import type { RequestInfo } from './request-info.ts'
import type { User } from './user.ts'

export type Decision =
  | { readonly kind: 'allow' }
  | { readonly kind: 'deny'; readonly reason: string }

/** Decides whether a user may do what the request says. */
export interface Authorizer {
  authorize(user: User, info: RequestInfo): Promise<Decision> | Decision
}

/** Whoever got through authentication may do everything: our authority signs for trusted parts only. */
export const allowAuthenticated: Authorizer = {
  authorize: () => ({ kind: 'allow' }),
}
