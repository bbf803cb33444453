import type { Clock, PasswordHasher, Random } from '../../base/index.ts'
import {
  type AuthInfo,
  authErrors,
  indexOfToken,
  type JwtOptions,
  NOBODY,
  readJwt,
} from '../auth/index.ts'
import type { CallOptions, Caller } from '../etcd-api.ts'
import type { EtcdState } from '../etcd-state.ts'
import type { Member } from '../member-types.ts'
import type { Outcome } from '../commands/index.ts'

/** How users prove who they are. */
export interface AuthOptions {
  /** Absent: no password can be set or checked here. */
  readonly hasher?: PasswordHasher
  /** etcd's `--auth-token jwt,…`. Absent: simple tokens. */
  readonly jwt?: JwtOptions
  /** etcd's `--client-cert-auth`: a certificate's common name is the user's. Default false. */
  readonly certificates?: boolean
  /** Chance that nobody can guess, for simple tokens. */
  readonly random?: Random
}

/** Tells in whose name a call comes, by its token or its certificate. */
export class Identifier {
  readonly #member: Member<Outcome>
  readonly #state: EtcdState
  readonly #clock: Clock
  readonly #options: AuthOptions

  constructor(options: {
    member: Member<Outcome>
    state: EtcdState
    clock: Clock
    auth?: AuthOptions | undefined
  }) {
    this.#member = options.member
    this.#state = options.state
    this.#clock = options.clock
    this.#options = options.auth ?? {}
  }

  identify(caller: Caller, options: CallOptions): AuthInfo | Promise<AuthInfo> {
    const { auth } = this.#state
    if (!auth.enabled) return NOBODY
    const { token, commonName } = caller
    if (token !== undefined) return this.#byToken(token, options)
    if (!this.#options.certificates || commonName === undefined) return NOBODY
    return { user: commonName, revision: auth.revision }
  }

  async #byToken(token: string, options: CallOptions): Promise<AuthInfo> {
    const { jwt } = this.#options
    if (jwt) {
      const who = readJwt(token, jwt.key, this.#clock.nowMs())
      if (!who) throw authErrors.invalidAuthToken()
      return who
    }
    const index = indexOfToken(token)
    if (index === undefined) throw authErrors.invalidAuthToken()
    // Another member gave it out, and this one has not come so far.
    if (index > this.#state.appliedIndex) await this.#member.linearize(options)
    const { auth } = this.#state
    const user = auth.tokens.use(token, this.#clock.monotonicMs())
    if (user === undefined) throw authErrors.invalidAuthToken()
    return { user, revision: auth.revision }
  }
}
