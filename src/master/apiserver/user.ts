/** Who sends a request, as authentication found out (authentication.k8s.io `UserInfo`). */
export interface User {
  readonly name: string
  readonly groups: readonly string[]
  /** Tells users of one name apart over time; empty when the way in has none. */
  readonly uid?: string
  /** What the way in says beside: by key, such as `authentication.kubernetes.io/pod-name`. */
  readonly extra?: Extra
}

export type Extra = Readonly<Record<string, readonly string[]>>

export const AUTHENTICATED = 'system:authenticated'
export const UNAUTHENTICATED = 'system:unauthenticated'
/** May do everything, whatever the rules say. */
export const MASTERS = 'system:masters'
export const ANONYMOUS_NAME = 'system:anonymous'

/** Whoever shows no credential. */
export const ANONYMOUS: User = { name: ANONYMOUS_NAME, groups: [UNAUTHENTICATED] }

/** Extra key that names the credential itself: `JTI=…` of a token, `X509SHA256=…` of a certificate. */
export const CREDENTIAL_ID = 'authentication.kubernetes.io/credential-id'

/** Everyone who was authenticated is in that group, too. */
export function authenticated(user: User): User {
  const { groups } = user
  if (groups.includes(AUTHENTICATED) || groups.includes(UNAUTHENTICATED)) return user
  return { ...user, groups: [...groups, AUTHENTICATED] }
}

const ACCOUNT = /^system:serviceaccount:([^:]+):([^:]+)$/

export const ALL_ACCOUNTS = 'system:serviceaccounts'

export function accountName(at: { namespace: string; name: string }): string {
  return `system:serviceaccount:${at.namespace}:${at.name}`
}

export function accountGroups(namespace: string): string[] {
  return [ALL_ACCOUNTS, `${ALL_ACCOUNTS}:${namespace}`]
}

/** The service account that a user name stands for. */
export function accountOf(userName: string): { namespace: string; name: string } | undefined {
  const [, namespace, name] = ACCOUNT.exec(userName) ?? []
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}

const NODE = /^system:node:(.+)$/
export const NODES = 'system:nodes'

/** The node that a user is; '' for one in the nodes' group without a name; undefined: none. */
export function nodeOf(user: User): string | undefined {
  if (!user.groups.includes(NODES)) return undefined
  const [, name] = NODE.exec(user.name) ?? []
  return name
}
