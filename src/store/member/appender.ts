import type { HardState, Message, Snapshot } from '../../raft/index.ts'
import type { LogBase, Wal, WalRecord } from '../wal/index.ts'
import type { MemberLog } from './member-log.ts'
import { dataBytes } from './peer-codec.ts'

/** Bytes of entries that one write to the log takes at most, apart from a single larger message. */
const BATCH_BYTES_MAX = 8 * 1024 * 1024

export interface AppenderOptions {
  readonly wal: Wal
  readonly log: MemberLog
  readonly hardState: HardState
  /** Makes a received snapshot's state durable; the log is reset to it afterwards. */
  readonly install: (snapshot: Snapshot) => Promise<void>
  /** Hands on what was to leave once a write is durable. */
  readonly deliver: (responses: readonly Message[]) => void
  /** Everything is written. */
  readonly onIdle: () => void
  /** The disk failed, or the state could not be replaced: the member has to stop. */
  readonly onFatal: (error: unknown) => void
}

type Job =
  | { readonly kind: 'append'; readonly message: Message }
  | { readonly kind: 'base'; readonly base: LogBase }
  | { readonly kind: 'records'; readonly records: readonly WalRecord[] }

/**
 * Raft's append thread: does what `storage-append` messages say, in their order. While one write is
 * in flight, everything that comes queues and goes with the next (group commit).
 */
export class Appender {
  readonly #options: AppenderOptions
  #queue: Job[] = []
  #running: Promise<void> | undefined
  /** What the log says of term and vote, and the newest commit index, not always written yet. */
  #hardState: HardState
  #commitPending = false
  #failed = false

  constructor(options: AppenderOptions) {
    this.#options = options
    this.#hardState = options.hardState
  }

  /** Whether a write is on its way. */
  get busy(): boolean {
    return this.#running !== undefined
  }

  append(message: Message): void {
    this.#add({ kind: 'append', message })
  }

  /** Forgets the log up to `base`, whose effect is durable in the state. */
  compact(base: LogBase): void {
    this.#add({ kind: 'base', base })
  }

  record(...records: WalRecord[]): void {
    this.#add({ kind: 'records', records })
  }

  /** Resolves when everything queued so far is done, or the disk has failed. */
  async idle(): Promise<void> {
    while (this.#running) await this.#running
  }

  /** Writes the commit index, which may lag as its loss does no harm. */
  async finish(): Promise<void> {
    await this.idle()
    if (this.#failed || !this.#commitPending) return
    await this.#options.wal.append([{ type: 'hard-state', hardState: this.#hardState }])
  }

  #add(job: Job): void {
    if (this.#failed) return
    this.#queue.push(job)
    this.#running ??= this.#run()
  }

  async #run(): Promise<void> {
    try {
      while (this.#queue.length > 0) await this.#step()
    } catch (error) {
      this.#failed = true
      this.#queue = []
      this.#options.onFatal(error)
    } finally {
      this.#running = undefined
    }
    if (!this.#failed) this.#options.onIdle()
  }

  async #step(): Promise<void> {
    const batch = takeBatch(this.#queue)
    this.#queue = this.#queue.slice(batch.length)
    const records: WalRecord[] = []
    for (const job of batch) await this.#collect(job, records)
    if (this.#commitPending && records.length > 0) {
      records.push({ type: 'hard-state', hardState: this.#hardState })
      this.#commitPending = false
    }
    await this.#options.wal.append(records)
    for (const job of batch) await this.#finishJob(job)
  }

  async #collect(job: Job, records: WalRecord[]): Promise<void> {
    switch (job.kind) {
      case 'base':
        records.push({ type: 'base', base: job.base })
        break
      case 'records':
        records.push(...job.records)
        break
      case 'append': {
        const { message } = job
        if (message.snapshot) await this.#install(message.snapshot, records)
        for (const entry of message.entries) records.push({ type: 'entry', entry })
        this.#collectHardState(message, records)
      }
    }
  }

  // A message without a term has no hard state. One where only the commit index moved can wait.
  #collectHardState({ term, vote, commit }: Message, records: WalRecord[]): void {
    if (term === 0) return
    const voted = term !== this.#hardState.term || vote !== this.#hardState.vote
    this.#hardState = { term, vote, commit }
    if (voted) records.push({ type: 'hard-state', hardState: this.#hardState })
    this.#commitPending = !voted
  }

  // A snapshot is a batch of its own. The log says beforehand what is coming: after a crash between
  // the two, state and log are still known to fit.
  async #install(snapshot: Snapshot, records: WalRecord[]): Promise<void> {
    const { index, term } = snapshot.metadata
    const base = { index, term }
    const membership = snapshot.data
    await this.#options.wal.append([{ type: 'incoming', base, membership }])
    await this.#options.install(snapshot)
    records.push({ type: 'reset', base }, { type: 'membership', membership })
  }

  async #finishJob(job: Job): Promise<void> {
    const { log, wal, deliver } = this.#options
    if (job.kind === 'base') {
      if (job.base.index >= log.firstIndex()) log.compact(job.base.index)
      await wal.release(job.base.index)
    } else if (job.kind === 'append') {
      const { message } = job
      if (message.snapshot) {
        log.applySnapshot(message.snapshot)
        await wal.release(message.snapshot.metadata.index)
      }
      log.append(message.entries)
      if (message.term > 0) log.setHardState(this.#hardState)
      deliver(message.responses)
    }
  }
}

function takeBatch(queue: readonly Job[]): readonly Job[] {
  let bytes = 0
  for (const [i, job] of queue.entries()) {
    if (job.kind !== 'append') continue
    // Whatever comes with or behind a snapshot waits for it.
    if (job.message.snapshot) return queue.slice(0, Math.max(i, 1))
    bytes += dataBytes(job.message.entries)
    if (i > 0 && bytes > BATCH_BYTES_MAX) return queue.slice(0, i)
  }
  return queue
}
