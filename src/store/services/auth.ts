import { assert, GrpcCode, KvError, sleep } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import { Attempts, authErrors, signJwt } from '../auth/index.ts'
import type { AuthApi, CallOptions, ResponseHeader } from '../etcd-api.ts'
import { Tag } from '../payload.ts'
import type { ServiceContext } from './context.ts'
import type { AuthOptions } from './identifier.ts'

/** What bcrypt takes into account; Go's refuses longer ones. */
const PASSWORD_BYTES_MAX = 72
/** Passwords being hashed or waiting for it: more are refused. */
const HASHING_MAX = 64
const TOKEN_LETTERS = 16
const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'

/** etcd's Auth service. Changes are replicated, with passwords hashed before. */
export class AuthService implements AuthApi {
  readonly #service: ServiceContext
  readonly #options: AuthOptions
  readonly #attempts = new Attempts()
  #hashing = 0

  constructor(service: ServiceContext, options: AuthOptions = {}) {
    this.#service = service
    this.#options = options
  }

  enable: AuthApi['enable'] = (options) => this.#change(Tag.authEnable, EMPTY, options)
  disable: AuthApi['disable'] = (options) => this.#change(Tag.authDisable, EMPTY, options)

  status: AuthApi['status'] = async (options) => {
    await this.#service.member.linearize(options)
    await this.#service.identify(options)
    const { enabled, revision: authRevision } = this.#service.state.auth
    return { header: this.#service.header(), enabled, authRevision }
  }

  authenticate: AuthApi['authenticate'] = async (request, options) => {
    const name = request.name ?? ''
    const password = request.password ?? ''
    await this.#service.member.linearize(options)
    for (;;) {
      const checkedRevision = await this.#checkPassword(name, password, options)
      const simpleToken = this.#options.jwt ? '' : this.#tokenPrefix()
      const encoded = pb.InternalAuthenticateRequest.encode({ name, simpleToken }).finish()
      // Who authenticates is nobody yet, whatever token came along.
      const { signal } = options
      const outcome = await this.#service.propose('auth', Tag.authenticate, encoded, { signal })
      // A password that was changed meanwhile must be checked again.
      if (checkedRevision !== this.#service.state.auth.revision) continue
      const token = outcome.token ?? this.#sign(name, checkedRevision)
      return { header: this.#service.headerAt(outcome.revision), token }
    }
  }

  userAdd: AuthApi['userAdd'] = async ({ name, password, options: how }, options) => {
    const hashedPassword = how?.noPassword ? '' : await this.#hash(password ?? '')
    const request = { name: name ?? '', hashedPassword, ...(how && { options: how }) }
    return this.#change(Tag.userAdd, pb.AuthUserAddRequest.encode(request).finish(), options)
  }

  userGet: AuthApi['userGet'] = async (name, options) => {
    const who = await this.#linearWho(options)
    this.#service.admission.userGet(who, name)
    const user = this.#service.state.auth.user(name)
    if (!user) throw authErrors.userNotFound()
    return { header: this.#service.header(), roles: [...(user.roles ?? [])] }
  }

  userList: AuthApi['userList'] = async (options) => {
    this.#service.admission.admin(await this.#linearWho(options))
    return { header: this.#service.header(), users: this.#service.state.auth.userNames() }
  }

  userDelete: AuthApi['userDelete'] = (name, options) =>
    this.#change(Tag.userDelete, pb.AuthUserDeleteRequest.encode({ name }).finish(), options)

  userChangePassword: AuthApi['userChangePassword'] = async ({ name, password }, options) => {
    const hashedPassword = password ? await this.#hash(password) : ''
    const request = { name: name ?? '', hashedPassword }
    const encoded = pb.AuthUserChangePasswordRequest.encode(request).finish()
    return this.#change(Tag.userChangePassword, encoded, options)
  }

  userGrantRole: AuthApi['userGrantRole'] = (request, options) =>
    this.#change(Tag.userGrantRole, pb.AuthUserGrantRoleRequest.encode(request).finish(), options)

  userRevokeRole: AuthApi['userRevokeRole'] = (request, options) =>
    this.#change(Tag.userRevokeRole, pb.AuthUserRevokeRoleRequest.encode(request).finish(), options)

  roleAdd: AuthApi['roleAdd'] = (name, options) =>
    this.#change(Tag.roleAdd, pb.AuthRoleAddRequest.encode({ name }).finish(), options)

  roleGet: AuthApi['roleGet'] = async (role, options) => {
    const who = await this.#linearWho(options)
    this.#service.admission.roleGet(who, role)
    const perm = [...this.#service.state.auth.permissions(role)]
    return { header: this.#service.header(), perm }
  }

  roleList: AuthApi['roleList'] = async (options) => {
    this.#service.admission.admin(await this.#linearWho(options))
    return { header: this.#service.header(), roles: this.#service.state.auth.roleNames() }
  }

  roleDelete: AuthApi['roleDelete'] = (role, options) =>
    this.#change(Tag.roleDelete, pb.AuthRoleDeleteRequest.encode({ role }).finish(), options)

  roleGrantPermission: AuthApi['roleGrantPermission'] = (request, options) => {
    const encoded = pb.AuthRoleGrantPermissionRequest.encode(request).finish()
    return this.#change(Tag.roleGrantPermission, encoded, options)
  }

  roleRevokePermission: AuthApi['roleRevokePermission'] = (request, options) => {
    const encoded = pb.AuthRoleRevokePermissionRequest.encode(request).finish()
    return this.#change(Tag.roleRevokePermission, encoded, options)
  }

  async #change(
    tag: Tag,
    encoded: Uint8Array,
    options: CallOptions,
  ): Promise<{ header: ResponseHeader }> {
    const { revision } = await this.#service.propose('auth', tag, encoded, options)
    return { header: this.#service.headerAt(revision) }
  }

  async #linearWho(options: CallOptions) {
    await this.#service.member.linearize(options)
    return await this.#service.identify(options)
  }

  /** The auth revision at which the password was right. */
  async #checkPassword(name: string, password: string, options: CallOptions): Promise<number> {
    const { state, clock } = this.#service
    if (!state.auth.enabled) throw authErrors.authNotEnabled()
    for (;;) {
      const delayMs = this.#attempts.delayMs(name, clock.monotonicMs())
      if (delayMs <= 0) break
      // Whoever waited for the same moment and wakes first makes the others wait again.
      await sleep(clock, delayMs, options)
    }
    const { auth } = state
    const user = auth.user(name)
    if (user?.options?.noPassword) throw authErrors.noPasswordUser()
    const { revision } = auth
    this.#attempts.begun(name, clock.monotonicMs())
    const hash = Buffer.from(user?.password ?? EMPTY).toString()
    const right = user !== undefined && (await this.#slowly((h) => h.matches(password, hash)))
    if (!right) throw authErrors.authFailed()
    this.#attempts.succeeded(name)
    return revision
  }

  /** As base64 of bcrypt's text: etcd's form within a request. */
  async #hash(password: string): Promise<string> {
    if (Buffer.byteLength(password) > PASSWORD_BYTES_MAX) {
      throw new KvError(GrpcCode.unknown, 'bcrypt: password length exceeds 72 bytes')
    }
    const hash = await this.#slowly((hasher) => hasher.hash(password))
    return Buffer.from(hash).toString('base64')
  }

  async #slowly<T>(work: (hasher: Required<AuthOptions>['hasher']) => Promise<T>): Promise<T> {
    const { hasher } = this.#options
    if (!hasher) {
      throw new KvError(GrpcCode.failedPrecondition, 'etcdserver: passwords are not served here')
    }
    if (this.#hashing >= HASHING_MAX) {
      throw new KvError(GrpcCode.resourceExhausted, 'etcdserver: too many requests')
    }
    this.#hashing++
    try {
      return await work(hasher)
    } finally {
      this.#hashing--
    }
  }

  #tokenPrefix(): string {
    const { random } = this.#options
    assert(random, 'simple tokens need chance')
    let prefix = ''
    for (let i = 0; i < TOKEN_LETTERS; i++) prefix += LETTERS[random.int(LETTERS.length)]
    return prefix
  }

  #sign(user: string, revision: number): string {
    const { jwt } = this.#options
    assert(jwt, 'a token is simple or signed')
    const token = signJwt({ user, revision }, { ...jwt, nowMs: this.#service.clock.nowMs() })
    if (token !== undefined) return token
    const message = 'auth: token signing attempted with verify-only key'
    throw new KvError(GrpcCode.unknown, message)
  }
}

const EMPTY = new Uint8Array(0)
