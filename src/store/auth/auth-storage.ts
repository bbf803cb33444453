import { authpb } from '../../gen/etcd.js'

/** etcd's buckets for users and roles. */
export const authBuckets = ['auth', 'authUsers', 'authRoles'] as const
export type AuthBucket = (typeof authBuckets)[number]

export function isAuthBucket(bucket: string): bucket is AuthBucket {
  return authBuckets.some((each) => each === bucket)
}

/** Where users and roles are kept, in etcd's form, so that backups carry them. */
export interface AuthBackend {
  set(bucket: AuthBucket, key: Uint8Array, value: Uint8Array | undefined): void
}

export type User = authpb.User.$Properties
export type Role = authpb.Role.$Properties

const ENABLED = Buffer.from('authEnabled')
const REVISION = Buffer.from('authRevision')

/** Writes through to the backend, in etcd's keys and values. */
export class AuthStorage {
  readonly #backend: AuthBackend

  constructor(backend: AuthBackend) {
    this.#backend = backend
  }

  saveEnabled(enabled: boolean): void {
    this.#backend.set('auth', ENABLED, Uint8Array.of(enabled ? 1 : 0))
  }

  saveRevision(revision: number): void {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(BigInt(revision))
    this.#backend.set('auth', REVISION, bytes)
  }

  saveUser(name: string, user: User | undefined): void {
    const value = user && authpb.User.encode(user).finish()
    this.#backend.set('authUsers', Buffer.from(name), value)
  }

  saveRole(name: string, role: Role | undefined): void {
    const value = role && authpb.Role.encode(role).finish()
    this.#backend.set('authRoles', Buffer.from(name), value)
  }
}

/** What one entry of the buckets says. */
export type AuthRecord =
  | { readonly kind: 'enabled'; readonly enabled: boolean }
  | { readonly kind: 'revision'; readonly revision: number }
  | { readonly kind: 'user'; readonly name: string; readonly user: User }
  | { readonly kind: 'role'; readonly name: string; readonly role: Role }

/** Undefined for an entry that we do not know: a later etcd may add some. */
export function readAuthRecord(
  bucket: AuthBucket,
  key: Uint8Array,
  value: Uint8Array,
): AuthRecord | undefined {
  const name = Buffer.from(key).toString()
  // Records outlive the chunk that they came in.
  const bytes = Buffer.from(value)
  if (bucket === 'authUsers') return { kind: 'user', name, user: authpb.User.decode(bytes) }
  if (bucket === 'authRoles') return { kind: 'role', name, role: authpb.Role.decode(bytes) }
  if (ENABLED.equals(key)) return { kind: 'enabled', enabled: bytes.length === 1 && bytes[0] === 1 }
  if (REVISION.equals(key) && bytes.length === 8) {
    return { kind: 'revision', revision: Number(bytes.readBigUInt64BE(0)) }
  }
  return undefined
}
