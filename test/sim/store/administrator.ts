import {
  type Clock,
  GrpcCode,
  KvError,
  type PasswordHasher,
  sleep,
  withTimeout,
} from '../../../src/base/index.ts'
import { authpb } from '../../../src/gen/etcd.js'
import type { SeededRandom } from '../../../src/sim/index.ts'
import type { CallOptions, EtcdStore } from '../../../src/store/index.ts'
import { Violation } from '../world.ts'

const PAUSE_MS = 300
const TIMEOUT_MS = 2500
const ROLE = 'reader'
const PROBE = { key: Buffer.from('probe') }
const PASSWORD = 'secret'

/** In the place of bcrypt, which takes real time. */
export const quickHasher: PasswordHasher = {
  hash: (password) => Promise.resolve(`hash of ${password}`),
  matches: (password, hash) => Promise.resolve(hash === `hash of ${password}`),
}

interface Answer<T> {
  /** Undefined: refused, or nobody knows what came of it. */
  readonly value?: T
  readonly refusal?: string
  readonly isUnknown: boolean
}

/**
 * Gives users a role and takes it away, and looks at once, on any member, whether that holds: what
 * was acknowledged must be so everywhere, though members die, fall behind and come back.
 */
export class Administrator {
  readonly #clock: Clock
  readonly #random: SeededRandom
  readonly #pick: (random: SeededRandom) => EtcdStore | undefined
  #users = 0
  /** Questions that were answered as they must be. */
  checked = 0

  constructor(options: {
    clock: Clock
    random: SeededRandom
    pick: (random: SeededRandom) => EtcdStore | undefined
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#pick = options.pick
  }

  async run(isDone: () => boolean): Promise<void> {
    await this.#prepare(isDone)
    while (!isDone()) {
      await sleep(this.#clock, this.#random.between(0, PAUSE_MS))
      await this.#tryOne(`user-${this.#users++}`, isDone)
    }
  }

  /** Each step until it is done; one done twice says so, and that is well. */
  async #prepare(isDone: () => boolean): Promise<void> {
    const perm = { permType: authpb.Permission.Type.READ, ...PROBE }
    const steps: ((store: EtcdStore, call: CallOptions) => Promise<unknown>)[] = [
      ({ auth }, call) => auth.userAdd({ name: 'root', options: { noPassword: true } }, call),
      ({ auth }, call) => auth.userGrantRole({ user: 'root', role: 'root' }, call),
      ({ auth }, call) => auth.roleAdd(ROLE, call),
      ({ auth }, call) => auth.roleGrantPermission({ name: ROLE, perm }, call),
      ({ auth }, call) => auth.enable(call),
    ]
    for (const step of steps) await this.#insist(step, isDone)
  }

  async #tryOne(name: string, isDone: () => boolean): Promise<void> {
    const change = { user: name, name, role: ROLE }
    await this.#insist(({ auth }, call) => auth.userAdd({ name, password: PASSWORD }, call), isDone)
    const granted = await this.#insist(({ auth }, call) => auth.userGrantRole(change, call), isDone)
    if (isDone() || !granted.isSure) return
    const token = await this.#login(name)
    if (token === undefined) return
    const before = await this.#probe(token)
    if (before === 'denied') throw new Violation(`auth: ${name} has the role and is refused`)
    const revoked = await this.#insist(
      ({ auth }, call) => auth.userRevokeRole(change, call),
      isDone,
    )
    if (isDone() || !revoked.isSure) return
    const after = await this.#probe(token)
    if (after === 'allowed') throw new Violation(`auth: ${name} lost the role and may still read`)
    if (before !== 'unknown' && after !== 'unknown') this.checked++
  }

  async #login(name: string): Promise<string | undefined> {
    const { value } = await this.#ask(({ auth }, call) =>
      auth.authenticate({ name, password: PASSWORD }, call),
    )
    return value?.token
  }

  async #probe(token: string): Promise<'allowed' | 'denied' | 'unknown'> {
    const { value, refusal } = await this.#ask((store, call) =>
      store.range(PROBE, { ...call, caller: { token } }),
    )
    if (value) return 'allowed'
    // A member that was restarted knows no tokens.
    return refusal === 'etcdserver: permission denied' ? 'denied' : 'unknown'
  }

  /** `isSure`: no attempt is still under way, to take effect when nobody expects it. */
  async #insist(
    act: (store: EtcdStore, call: CallOptions) => Promise<unknown>,
    isDone: () => boolean,
  ): Promise<{ isSure: boolean }> {
    let isSure = true
    while (!isDone()) {
      const answer = await this.#ask(act)
      if (!answer.isUnknown) break
      isSure = false
      await sleep(this.#clock, PAUSE_MS)
    }
    return { isSure }
  }

  async #ask<T>(act: (store: EtcdStore, call: CallOptions) => Promise<T>): Promise<Answer<T>> {
    const store = this.#pick(this.#random)
    if (!store) return { isUnknown: true }
    const onTimeout = () => new KvError(GrpcCode.deadlineExceeded, 'the client waits no longer')
    try {
      const value = await withTimeout(this.#clock, TIMEOUT_MS, onTimeout, (signal) => {
        const silence = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
        return Promise.race([act(store, { signal }), silence])
      })
      return { value, isUnknown: false }
    } catch (error) {
      if (!(error instanceof KvError)) throw error
      return { refusal: error.message, isUnknown: UNKNOWN.includes(error.code) }
    }
  }
}

const UNKNOWN: readonly GrpcCode[] = [
  GrpcCode.unavailable,
  GrpcCode.deadlineExceeded,
  GrpcCode.canceled,
]
