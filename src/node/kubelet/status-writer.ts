import { type Clock, hasReason, type Log, type Random, sleep } from '../../base/index.ts'
import { type PodStatus, pods } from '../../api/index.ts'
import { Backoff, type Client } from '../../client/index.ts'
import type { PodView } from './pod-words.ts'
import { Scope } from './scope.ts'
import { saysAll, statusPatch } from './status.ts'

const RETRY_MS_MIN = 200
const RETRY_MS_MAX = 5_000
/** How long an informer may lag behind our own writes. */
const INFORMER_LAG_MS_MAX = 2_000

const IDLE = { writing: undefined, gone: false, awaited: undefined } as const

interface Entry {
  pod: PodView
  wanted: PodStatus
  /** What the server said last, by our own writes or the informer. */
  known: PodView['status'] | undefined
  writing: Promise<void> | undefined
  gone: boolean
  /** Our last write, until the informer has shown it: what it shows before is older news. */
  awaited: { readonly resourceVersion: string; readonly untilMs: number } | undefined
}

/**
 * Brings pod statuses to the server, each pod's in order, retried for as long as it takes. It never
 * holds up a pod worker: containers are looked after while no master answers.
 */
export class StatusWriter {
  readonly #client: Client
  readonly #clock: Clock
  readonly #random: Random
  readonly #log: Log
  readonly #signal: AbortSignal
  readonly #scope: Scope
  readonly #entries = new Map<string, Entry>()

  constructor(parts: {
    client: Client
    clock: Clock
    random: Random
    log: Log
    signal: AbortSignal
  }) {
    this.#client = parts.client
    this.#clock = parts.clock
    this.#random = parts.random
    this.#log = parts.log
    this.#signal = parts.signal
    this.#scope = new Scope(parts.signal)
  }

  /** The status that the server shall have. Writes only if it has another. */
  want(pod: PodView, wanted: PodStatus): void {
    const { uid } = pod.metadata
    const entry = this.#entries.get(uid)
    if (entry) {
      entry.pod = pod
      entry.wanted = wanted
    } else {
      const known = pod.status
      this.#entries.set(uid, { pod, wanted, known, ...IDLE })
    }
    this.#write(uid)
  }

  /** The server's own word, from the informer: others may have written into the status. */
  observe(pod: PodView): void {
    const entry = this.#entries.get(pod.metadata.uid)
    if (!entry || entry.writing) return
    const { awaited } = entry
    const isOlder =
      awaited !== undefined &&
      pod.metadata.resourceVersion !== awaited.resourceVersion &&
      this.#clock.nowMs() < awaited.untilMs
    if (isOlder) return
    entry.awaited = undefined
    entry.known = pod.status
  }

  /** Resolves when the server has what was wanted last, or no longer has the pod. */
  async whenWritten(uid: string): Promise<void> {
    for (;;) {
      const entry = this.#entries.get(uid)
      if (!entry?.writing || this.#signal.aborted) return
      await entry.writing
    }
  }

  /** The status that was asked for last. */
  wanted(uid: string): PodStatus | undefined {
    return this.#entries.get(uid)?.wanted
  }

  forget(uid: string): void {
    this.#entries.delete(uid)
  }

  #write(uid: string): void {
    const entry = this.#entries.get(uid)
    if (!entry || entry.writing || entry.gone || saysAll(entry.known, entry.wanted)) return
    const writing = this.#scope.run((signal) => this.#writeUntilDone(entry, signal))
    entry.writing = writing.finally(() => {
      entry.writing = undefined
      // What was wanted after the last look, but before this, is not forgotten.
      if (!this.#signal.aborted) this.#write(uid)
    })
  }

  async #writeUntilDone(entry: Entry, signal: AbortSignal): Promise<void> {
    const backoff = new Backoff(this.#random, { msMin: RETRY_MS_MIN, msMax: RETRY_MS_MAX })
    while (!signal.aborted && !entry.gone && !saysAll(entry.known, entry.wanted)) {
      const { wanted, pod } = entry
      const { uid, name, namespace } = pod.metadata
      try {
        const body = statusPatch(uid, entry.known, wanted)
        const patch = { type: 'strategic', body, subresource: 'status' } as const
        const answer = await this.#client.for(pods).patch({ name, namespace }, patch, { signal })
        const { resourceVersion } = answer.metadata
        const untilMs = this.#clock.nowMs() + INFORMER_LAG_MS_MAX
        entry.awaited = { resourceVersion, untilMs }
        // What a server leaves out of our words it would leave out again: take it as said.
        entry.known = { ...answer.status, ...wanted, conditions: answer.status?.conditions ?? [] }
        if (!saysAll(entry.known, wanted)) entry.known = wanted
      } catch (error) {
        if (signal.aborted) return
        if (await this.#isGone(entry, error, signal)) {
          entry.gone = true
          return
        }
        this.#log.warn('a pod status could not be written', { pod: name, namespace, error })
        await sleep(this.#clock, backoff.nextMs(), { signal }).catch(() => undefined)
      }
    }
  }

  /** Not found, or a pod of that name with another uid: ours is no more. */
  async #isGone(entry: Entry, error: unknown, signal: AbortSignal): Promise<boolean> {
    if (hasReason(error, 'NotFound')) return true
    if (!hasReason(error, 'Conflict')) return false
    const { uid, name, namespace } = entry.pod.metadata
    try {
      const pod = await this.#client.for(pods).get({ name, namespace }, { signal })
      return pod.metadata.uid !== uid
    } catch (cause) {
      return hasReason(cause, 'NotFound')
    }
  }
}
