import type { Disk, Log, MemberId, PeerTransport } from '../../base/index.ts'
import type { LogIndex, Message, Snapshot } from '../../raft/index.ts'
import type { StateSnapshot } from '../state-machine.ts'
import { encodeFrame } from './peer-codec.ts'

const READ_PIECE_BYTES = 256 * 1024

export interface SnapshotSenderOptions {
  readonly transport: PeerTransport
  readonly log: Log
  /** The state as of now. */
  readonly take: () => StateSnapshot
  /** What Raft is told of that state. */
  readonly describe: (state: StateSnapshot) => Snapshot
  readonly onDone: (to: MemberId, arrived: boolean) => void
}

/** Sends the state to followers that the log can no longer bring up to date; one stream for each. */
export class SnapshotSender {
  readonly #options: SnapshotSenderOptions
  readonly #sending = new Map<MemberId, AbortController>()

  constructor(options: SnapshotSenderOptions) {
    this.#options = options
  }

  send(message: Message): void {
    const { to } = message
    // Raft asks again only when it gave up on the one before.
    this.#sending.get(to)?.abort()
    const controller = new AbortController()
    this.#sending.set(to, controller)
    void this.#send(message, controller.signal).then((arrived) => {
      if (this.#sending.get(to) !== controller) return
      this.#sending.delete(to)
      this.#options.onDone(to, arrived)
    })
  }

  stop(): void {
    for (const controller of this.#sending.values()) controller.abort()
  }

  async #send(message: Message, signal: AbortSignal): Promise<boolean> {
    const { transport, log, take, describe } = this.#options
    const state = take()
    const snapshot = describe(state)
    const header = encodeFrame({ kind: 'messages', messages: [{ ...message, snapshot }] })
    const fields = { to: message.to.toString(16), index: state.index }
    try {
      log.info('sending a snapshot to a member that lags', fields)
      await transport.sendStream(message.to, header, state.chunks, { signal })
      return true
    } catch (error) {
      log.warn('a snapshot did not arrive', { ...fields, error })
      return false
    } finally {
      state.release()
    }
  }
}

/** Keeps snapshots that arrive in files, until Raft says whether it wants them. */
export class SnapshotReceiver {
  readonly #disk: Disk
  readonly #folder: string
  readonly #paths = new Map<LogIndex, string>()
  #count = 0

  constructor(options: { disk: Disk; folder: string }) {
    this.#disk = options.disk
    this.#folder = options.folder
  }

  /** Starts with an empty folder: what a former life left is worth nothing. */
  async open(): Promise<void> {
    await this.#disk.remove(this.#folder)
    await this.#disk.mkdir(this.#folder)
  }

  async receive(index: LogIndex, chunks: AsyncIterable<Uint8Array>): Promise<void> {
    const path = `${this.#folder}/${++this.#count}.incoming`
    const file = await this.#disk.open(path, { create: true })
    try {
      let offset = 0
      for await (const chunk of chunks) {
        await file.write(offset, chunk)
        offset += chunk.length
      }
    } catch (error) {
      await this.#disk.remove(path)
      throw error
    } finally {
      await file.close()
    }
    const older = this.#paths.get(index)
    if (older) await this.#disk.remove(older)
    this.#paths.set(index, path)
  }

  /** The bytes of the snapshot at `index`; all that are older are removed when it has been read. */
  async *chunks(index: LogIndex): AsyncIterable<Uint8Array> {
    const path = this.#paths.get(index)
    if (path === undefined) throw new Error(`the snapshot at ${index} is not here`)
    const file = await this.#disk.open(path)
    try {
      for (let offset = 0; ; ) {
        const piece = await file.read(offset, READ_PIECE_BYTES)
        if (piece.length === 0) break
        yield piece
        offset += piece.length
      }
    } finally {
      await file.close()
    }
    await this.discard(index)
  }

  /** Removes snapshots up to `index`. */
  async discard(index: LogIndex): Promise<void> {
    for (const [at, path] of this.#paths) {
      if (at > index) continue
      this.#paths.delete(at)
      await this.#disk.remove(path)
    }
  }
}
