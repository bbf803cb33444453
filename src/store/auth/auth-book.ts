import type { etcdserverpb as pb } from '../../gen/etcd.js'
import {
  type AuthBackend,
  type AuthBucket,
  AuthStorage,
  readAuthRecord,
  type Role,
  type User,
} from './auth-storage.ts'
import { authErrors } from './errors.ts'
import { type Allowed, allowedBy, isValidRange } from './permissions.ts'
import type { SimpleTokens } from './tokens.ts'

export const ROOT = 'root'
const EMPTY = new Uint8Array(0)
const ALL_KEYS = { permType: 2, key: EMPTY, rangeEnd: Uint8Array.of(0) }

/** A password arrives hashed: the log and the disk never hold a plain one. */
export interface NewUser {
  readonly name: string
  readonly options?: User['options']
  /** bcrypt's text; empty for a user without one. */
  readonly hashedPassword: Uint8Array
}

/**
 * Users, roles and what they may do, as etcd's auth store: every change has a revision, and a request
 * that was admitted under an older one is refused. Deterministic: driven by the log alone.
 */
export class AuthBook {
  readonly #storage: AuthStorage
  readonly tokens: SimpleTokens
  readonly #users = new Map<string, User>()
  readonly #roles = new Map<string, Role>()
  readonly #allowed = new Map<string, Allowed>()
  #enabled = false
  #revision = 0

  constructor(options: { backend: AuthBackend; tokens: SimpleTokens }) {
    this.#storage = new AuthStorage(options.backend)
    this.tokens = options.tokens
  }

  get enabled(): boolean {
    return this.#enabled
  }

  get revision(): number {
    return this.#revision
  }

  /** Takes over one entry that was kept; `settle` ends it. */
  restore(bucket: AuthBucket, key: Uint8Array, value: Uint8Array): void {
    const record = readAuthRecord(bucket, key, value)
    if (record?.kind === 'enabled') this.#enabled = record.enabled
    else if (record?.kind === 'revision') this.#revision = record.revision
    else if (record?.kind === 'user') this.#users.set(record.name, record.user)
    else if (record?.kind === 'role') this.#roles.set(record.name, record.role)
  }

  /** As etcd, a new store is at revision 1. */
  settle(): void {
    if (this.#revision === 0) this.#commit()
  }

  // ---- on and off

  enable(): void {
    if (this.#enabled) return
    const root = this.#users.get(ROOT)
    if (!root) throw authErrors.rootUserNotExist()
    if (!this.#isRoot(root)) throw authErrors.rootRoleNotExist()
    this.#storage.saveEnabled(true)
    this.#enabled = true
  }

  disable(): void {
    if (!this.#enabled) return
    this.#storage.saveEnabled(false)
    this.#commit()
    this.#enabled = false
    this.tokens.clear()
  }

  // ---- users

  user(name: string): User | undefined {
    return this.#users.get(name)
  }

  userNames(): string[] {
    return [...this.#users.keys()].sort(byBytes)
  }

  addUser({ name, options, hashedPassword }: NewUser): void {
    if (name === '') throw authErrors.userEmpty()
    if (this.#users.has(name)) throw authErrors.userAlreadyExist()
    const password = options?.noPassword ? EMPTY : hashedPassword
    this.#saveUser({ name: Buffer.from(name), password, roles: [], options: options ?? {} })
  }

  deleteUser(name: string): void {
    if (this.#enabled && name === ROOT) throw authErrors.invalidAuthMgmt()
    this.#userNamed(name)
    this.#users.delete(name)
    this.#storage.saveUser(name, undefined)
    this.#commit()
    this.tokens.invalidate(name)
  }

  changePassword(name: string, hashedPassword: Uint8Array): void {
    const user = this.#userNamed(name)
    const password = user.options?.noPassword ? EMPTY : hashedPassword
    this.#saveUser({ ...user, password })
    this.tokens.invalidate(name)
  }

  grantRole(name: string, role: string): void {
    const user = this.#userNamed(name)
    if (role !== ROOT && !this.#roles.has(role)) throw authErrors.roleNotFound()
    const roles = user.roles ?? []
    if (roles.includes(role)) return
    this.#saveUser({ ...user, roles: [...roles, role].sort(byBytes) })
  }

  revokeRole(name: string, role: string): void {
    if (this.#enabled && name === ROOT && role === ROOT) throw authErrors.invalidAuthMgmt()
    const user = this.#userNamed(name)
    const roles = user.roles ?? []
    if (!roles.includes(role)) throw authErrors.roleNotGranted()
    this.#saveUser({ ...user, roles: roles.filter((each) => each !== role) })
  }

  // ---- roles

  roleNames(): string[] {
    return [...this.#roles.keys()].sort(byBytes)
  }

  permissions(role: string): readonly pb.AuthRoleGetResponse['perm'][number][] {
    const found = this.#roleNamed(role)
    return role === ROOT ? [ALL_KEYS] : (found.keyPermission ?? [])
  }

  addRole(name: string): void {
    if (name === '') throw authErrors.roleEmpty()
    if (this.#roles.has(name)) throw authErrors.roleAlreadyExist()
    this.#saveRole({ name: Buffer.from(name), keyPermission: [] })
  }

  deleteRole(name: string): void {
    if (this.#enabled && name === ROOT) throw authErrors.invalidAuthMgmt()
    this.#roleNamed(name)
    this.#roles.delete(name)
    this.#storage.saveRole(name, undefined)
    for (const [userName, user] of this.#users) {
      const roles = user.roles ?? []
      if (!roles.includes(name)) continue
      const left = { ...user, roles: roles.filter((each) => each !== name) }
      this.#users.set(userName, left)
      this.#storage.saveUser(userName, left)
    }
    this.#commit()
  }

  grantPermission({ name, perm }: pb.AuthRoleGrantPermissionRequest.$Properties): void {
    if (!perm) throw authErrors.permissionNotGiven()
    const key = perm.key ?? EMPTY
    const rangeEnd = perm.rangeEnd ?? EMPTY
    const permType = perm.permType ?? 0
    if (!isValidRange({ key, rangeEnd })) throw authErrors.invalidAuthMgmt()
    const role = this.#roleNamed(name ?? '')
    const others = (role.keyPermission ?? []).filter((each) => !isFor(each, { key, rangeEnd }))
    // Sorted by key; the newest last among those of one key.
    const keyPermission = [...others, { permType, key, rangeEnd }].sort((a, b) =>
      Buffer.compare(a.key ?? EMPTY, b.key ?? EMPTY),
    )
    this.#saveRole({ ...role, keyPermission })
  }

  revokePermission({ role, key, rangeEnd }: pb.AuthRoleRevokePermissionRequest.$Properties): void {
    const found = this.#roleNamed(role ?? '')
    const before = found.keyPermission ?? []
    const about = { key: key ?? EMPTY, rangeEnd: rangeEnd ?? EMPTY }
    const keyPermission = before.filter((each) => !isFor(each, about))
    if (keyPermission.length === before.length) throw authErrors.permissionNotGranted()
    this.#saveRole({ ...found, keyPermission })
  }

  // ---- questions

  isRoot(name: string): boolean {
    const user = this.#users.get(name)
    return user !== undefined && this.#isRoot(user)
  }

  hasRole(name: string, role: string): boolean {
    return this.#users.get(name)?.roles?.includes(role) === true
  }

  /** What the roles of a user allow: computed once between two changes. */
  allowed(name: string): Allowed {
    let allowed = this.#allowed.get(name)
    if (!allowed) {
      const roles = (this.#users.get(name)?.roles ?? []).flatMap(
        (role) => this.#roles.get(role) ?? [],
      )
      allowed = allowedBy(roles)
      this.#allowed.set(name, allowed)
    }
    return allowed
  }

  #isRoot(user: User): boolean {
    return user.roles?.includes(ROOT) === true
  }

  #userNamed(name: string): User {
    const user = this.#users.get(name)
    if (!user) throw authErrors.userNotFound()
    return user
  }

  #roleNamed(name: string): Role {
    const role = this.#roles.get(name)
    if (!role) throw authErrors.roleNotFound()
    return role
  }

  #saveUser(user: User): void {
    const name = Buffer.from(user.name ?? EMPTY).toString()
    this.#users.set(name, user)
    this.#storage.saveUser(name, user)
    this.#commit()
  }

  #saveRole(role: Role): void {
    const name = Buffer.from(role.name ?? EMPTY).toString()
    this.#roles.set(name, role)
    this.#storage.saveRole(name, role)
    this.#commit()
  }

  #commit(): void {
    this.#revision++
    this.#storage.saveRevision(this.#revision)
    this.#allowed.clear()
  }

  /** All as it is kept, for backups and snapshots. */
  *entries(): Generator<{ bucket: AuthBucket; key: Uint8Array; value: Uint8Array }> {
    const found: { bucket: AuthBucket; key: Uint8Array; value: Uint8Array }[] = []
    const storage = new AuthStorage({
      set: (bucket, key, value) => value && found.push({ bucket, key, value }),
    })
    storage.saveEnabled(this.#enabled)
    storage.saveRevision(this.#revision)
    for (const name of this.userNames()) storage.saveUser(name, this.#users.get(name))
    for (const name of this.roleNames()) storage.saveRole(name, this.#roles.get(name))
    yield* found
  }
}

type Permission = NonNullable<Role['keyPermission']>[number]

function isFor(permission: Permission, keys: { key: Uint8Array; rangeEnd: Uint8Array }): boolean {
  const { key, rangeEnd } = permission
  return (
    Buffer.compare(key ?? EMPTY, keys.key) === 0 &&
    Buffer.compare(rangeEnd ?? EMPTY, keys.rangeEnd) === 0
  )
}

/** etcd's order of names: that of their bytes. */
function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
