import {
  type Clock,
  ConnectionError,
  hasReason,
  type Log,
  type Random,
  sleep,
  StatusError,
} from '../base/index.ts'
import type { Lease, LeaseSpec, Resource, Stored } from '../api/index.ts'
import { forkSignal } from './signals.ts'
import type { Client, ObjectName } from './types.ts'

/** As client-go's default: waits between tries to acquire are stretched by up to this factor. */
const JITTER_FACTOR = 1.2

export interface LeaderElectorOptions {
  readonly client: Client
  /** The resource `leases`. */
  readonly leases: Resource<Lease>
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly lease: Required<ObjectName>
  /** Unique among the candidates. */
  readonly identity: string
  /** How long others honour a lease that is not renewed. Default 15 s; written in whole seconds. */
  readonly leaseDurationMs?: number
  /** A leader that could not renew for so long gives up. Default 10 s; below `leaseDurationMs`. */
  readonly renewDeadlineMs?: number
  /** Default 2 s; well below `renewDeadlineMs`. */
  readonly retryPeriodMs?: number
  /** On abort, gives the lease back once the work has ended, so that another can lead at once. */
  readonly releaseOnCancel?: boolean
  /** The leader's work. Its signal aborts when leadership is lost; it is awaited before `run` ends. */
  readonly onStartedLeading: (signal: AbortSignal) => Promise<void>
  readonly onStoppedLeading?: () => void
  /** Somebody else, or this candidate, was seen to lead. */
  readonly onNewLeader?: (identity: string) => void
}

/**
 * Leader election by a Lease, with client-go's semantics. A lease counts as expired when this
 * candidate has not seen it change for its duration, by its own monotonic clock: clocks of
 * different machines are never compared.
 */
export class LeaderElector {
  readonly #options: Required<Omit<LeaderElectorOptions, 'onStoppedLeading' | 'onNewLeader'>> &
    Pick<LeaderElectorOptions, 'onStoppedLeading' | 'onNewLeader'>
  #observed: Stored<Lease> | undefined
  #observedAtMs = 0
  #reported = ''

  constructor(options: LeaderElectorOptions) {
    this.#options = {
      leaseDurationMs: 15_000,
      renewDeadlineMs: 10_000,
      retryPeriodMs: 2_000,
      releaseOnCancel: false,
      ...options,
    }
    const { leaseDurationMs, renewDeadlineMs, retryPeriodMs, identity } = this.#options
    if (leaseDurationMs <= renewDeadlineMs) {
      throw new RangeError('leaseDurationMs must be greater than renewDeadlineMs')
    }
    if (renewDeadlineMs <= retryPeriodMs * JITTER_FACTOR) {
      throw new RangeError('renewDeadlineMs must be greater than 1.2 times retryPeriodMs')
    }
    if (identity === '') throw new RangeError('identity must not be empty')
  }

  /** Who holds the lease, as last seen; undefined when nobody does. */
  get holder(): string | undefined {
    return this.#observed?.spec.holderIdentity || undefined
  }

  get isLeader(): boolean {
    return this.holder === this.#options.identity
  }

  /**
   * Waits for the lease, leads, and resolves when leadership has ended: lost, given up because the
   * signal aborted, or the work was done. A loser may run again. Rejects with the work's error.
   */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    if (!(await this.#acquire(signal))) return
    const { log, identity, lease, onStartedLeading } = this.#options
    log.info('became leader', { lease: lease.name, identity })
    const leading = new AbortController()
    const renewing = forkSignal(signal)
    const work = onStartedLeading(leading.signal).finally(() => renewing.controller.abort())
    // Only told here; the error itself is thrown below.
    work.catch(() => {})
    try {
      await this.#renew(renewing.signal)
      log.info('stopped leading', { lease: lease.name, identity })
    } finally {
      renewing.release()
      leading.abort(new Error('no longer the leader'))
      try {
        await work
      } finally {
        if (this.#options.releaseOnCancel) await this.#release()
        this.#options.onStoppedLeading?.()
      }
    }
  }

  /** False when the signal aborted first. */
  async #acquire(signal: AbortSignal): Promise<boolean> {
    const { clock, random, retryPeriodMs } = this.#options
    while (!signal.aborted) {
      if (await this.#tryAcquireOrRenew(signal)) return true
      const stretch = 1 + random.float() * (JITTER_FACTOR - 1)
      await sleep(clock, retryPeriodMs * stretch, { signal }).catch(() => {})
    }
    return false
  }

  /** Returns when the lease could not be renewed in time, or the signal aborted. */
  async #renew(signal: AbortSignal): Promise<void> {
    const { clock, retryPeriodMs, renewDeadlineMs } = this.#options
    while (!signal.aborted) {
      await sleep(clock, retryPeriodMs, { signal }).catch(() => {})
      const fork = forkSignal(signal)
      // Counted from the last success: what others observed may be as old as that.
      const leftMs = renewDeadlineMs - (clock.monotonicMs() - this.#observedAtMs)
      const deadline = clock.after(Math.max(0, leftMs), () => fork.controller.abort())
      try {
        if (!(await this.#renewUntil(fork.signal))) return
      } finally {
        deadline.cancel()
        fork.release()
      }
    }
  }

  async #renewUntil(signal: AbortSignal): Promise<boolean> {
    const { clock, retryPeriodMs } = this.#options
    while (!signal.aborted) {
      if (await this.#tryAcquireOrRenew(signal)) return true
      if (!this.isLeader) return false
      await sleep(clock, retryPeriodMs, { signal }).catch(() => {})
    }
    return false
  }

  /** One step; false when the lease is another's, or the API could not be had. */
  async #tryAcquireOrRenew(signal: AbortSignal): Promise<boolean> {
    const { log, lease } = this.#options
    try {
      // While the lease is surely ours, the object as we wrote it last is as good as a fresh read.
      if (this.isLeader && this.#isValid() && (await this.#tryWrite(this.#observed, signal))) {
        return true
      }
      const now = await this.#read(signal)
      if (now) this.#observe(now)
      if (now?.spec.holderIdentity && !this.isLeader && this.#isValid()) return false
      return await this.#tryWrite(now, signal)
    } catch (error) {
      if (signal.aborted) return false
      if (!(error instanceof StatusError || error instanceof ConnectionError)) throw error
      log.warn('could not acquire or renew a lease', { lease: lease.name, error: error.message })
      return false
    }
  }

  /** False when somebody else wrote in between. */
  async #tryWrite(last: Stored<Lease> | undefined, signal: AbortSignal): Promise<boolean> {
    const { client, leases, clock, lease } = this.#options
    const spec = this.#claim(last?.spec)
    const startMs = clock.monotonicMs()
    try {
      const written = last
        ? await client.for(leases).update({ ...last, spec }, { signal })
        : await client.for(leases).create({ metadata: { ...lease }, spec }, { signal })
      this.#observe(written, startMs)
      return true
    } catch (error) {
      if (hasReason(error, 'Conflict', 'AlreadyExists', 'NotFound')) return false
      throw error
    }
  }

  #claim(last: LeaseSpec | undefined): LeaseSpec {
    const { identity, leaseDurationMs, clock } = this.#options
    const now = microTime(clock.nowMs())
    const kept = last?.holderIdentity === identity
    const transitions = last?.leaseTransitions ?? 0
    return {
      ...last,
      holderIdentity: identity,
      leaseDurationSeconds: Math.ceil(leaseDurationMs / 1000),
      acquireTime: kept && last.acquireTime ? last.acquireTime : now,
      renewTime: now,
      leaseTransitions: kept || last === undefined ? transitions : transitions + 1,
    }
  }

  async #read(signal: AbortSignal): Promise<Stored<Lease> | undefined> {
    const { client, leases, lease } = this.#options
    try {
      return await client.for(leases).get(lease, { signal })
    } catch (error) {
      if (hasReason(error, 'NotFound')) return undefined
      throw error
    }
  }

  async #release(): Promise<void> {
    const { client, clock, leases, log, renewDeadlineMs } = this.#options
    const last = this.#observed
    if (!last || !this.isLeader) return
    const giveUp = new AbortController()
    const timer = clock.after(renewDeadlineMs, () => giveUp.abort())
    const now = microTime(clock.nowMs())
    const spec = {
      leaseDurationSeconds: 1,
      leaseTransitions: last.spec.leaseTransitions ?? 0,
      acquireTime: now,
      renewTime: now,
      holderIdentity: '',
    }
    try {
      this.#observe(await client.for(leases).update({ ...last, spec }, { signal: giveUp.signal }))
    } catch (error) {
      log.warn('could not release a lease', { error: String(error) })
    } finally {
      timer.cancel()
    }
  }

  /** Notes a lease that differs from the last one, and when that was seen. */
  #observe(lease: Stored<Lease>, atMs = this.#options.clock.monotonicMs()): void {
    if (lease.metadata.resourceVersion !== this.#observed?.metadata.resourceVersion) {
      this.#observed = lease
      this.#observedAtMs = atMs
    }
    const holder = lease.spec.holderIdentity ?? ''
    if (holder === this.#reported) return
    this.#reported = holder
    if (holder !== '') this.#options.onNewLeader?.(holder)
  }

  #isValid(): boolean {
    const seconds = this.#observed?.spec.leaseDurationSeconds ?? 0
    return this.#options.clock.monotonicMs() < this.#observedAtMs + seconds * 1000
  }
}

/** RFC 3339 with microseconds, as Lease times are written. */
function microTime(nowMs: number): string {
  return new Date(nowMs).toISOString().replace('Z', '000Z')
}
