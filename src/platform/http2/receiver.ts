import { ConnectionFault, ErrorCode } from './errors.ts'
import { Flag, type FrameHead, FrameType, uint32 } from './frame.ts'
import { HeaderBlocks, type WholeBlock } from './header-blocks.ts'
import { type HeaderBlock, HpackDecoder } from './hpack-decoder.ts'
import * as limits from './limits.ts'
import type { Output } from './output.ts'
import { PingGuard } from './ping-guard.ts'
import { ReceiveWindow } from './receive-window.ts'
import { areTrailers, readHead, type RequestHead } from './request-head.ts'
import type { Sender } from './sender.ts'
import { decodeSettings, type LocalSettings, WINDOW_BYTES_DEFAULT } from './settings.ts'
import { Http2Stream, type StreamHost } from './stream.ts'

export interface ReceiverOptions {
  readonly settings: LocalSettings
  readonly nowMs: () => number
  /** The least time between a client's pings; 0: any. */
  readonly pingMsMin: number
  readonly host: StreamHost
  readonly streams: Map<number, Http2Stream>
  readonly sender: Sender
  readonly output: Output
  readonly onRequest: (stream: Http2Stream) => void
  readonly onClosed: (stream: Http2Stream, error: Error | undefined) => void
}

const EMPTY = Buffer.alloc(0)
const PING_BYTES = 8
const HEADERS_TOO_LARGE = Object.freeze([[':status', '431'] as const])

/**
 * Takes a client's frames (RFC 9113 §6). Faults of one stream reset it, faults of the connection
 * are thrown.
 */
export class Receiver {
  readonly #options: ReceiverOptions
  readonly #decoder: HpackDecoder
  readonly #blocks = new HeaderBlocks()
  readonly #window: ReceiveWindow
  /** Streams that we reset: what is on its way for them is no fault. */
  readonly #resetByUs = new Set<number>()
  readonly #resets: limits.Budget
  readonly #idleFrames: limits.Budget
  /** Heads of the blocks that come again and again. */
  readonly #heads = new WeakMap<HeaderBlock, RequestHead>()
  readonly #pings: PingGuard
  #lastStreamId = 0
  #settingsSeen = false
  #leaving = false

  constructor(options: ReceiverOptions) {
    this.#options = options
    const { settings } = options
    this.#decoder = new HpackDecoder({ listBytesMax: settings.headerListBytesMax })
    this.#window = new ReceiveWindow(settings.connectionWindowBytes)
    const budget = (burst: number, perSecond: number) =>
      new limits.Budget({ burst, perSecond, nowMs: options.nowMs() })
    this.#pings = new PingGuard(options.pingMsMin)
    this.#resets = budget(limits.RESETS_BURST, limits.RESETS_PER_SECOND)
    this.#idleFrames = budget(limits.IDLE_FRAMES_BURST, limits.IDLE_FRAMES_PER_SECOND)
  }

  /** The newest stream that was taken up. */
  get lastStreamId(): number {
    return this.#lastStreamId
  }

  /** The client has said its preface, SETTINGS included. */
  get greeted(): boolean {
    return this.#settingsSeen
  }

  /** §6.9.2: the connection's window begins at its default, whatever the settings say. */
  openWindow(): void {
    const more = this.#options.settings.connectionWindowBytes - WINDOW_BYTES_DEFAULT
    if (more > 0) this.#sendWindow(0, more)
  }

  /** From now on requests are not taken up. */
  leave(): void {
    this.#leaving = true
  }

  resetByUs(streamId: number): void {
    this.#resetByUs.add(streamId)
    if (this.#resetByUs.size <= limits.RESET_STREAMS_REMEMBERED) return
    for (const oldest of this.#resetByUs) {
      this.#resetByUs.delete(oldest)
      break
    }
  }

  consumed(stream: Http2Stream, bytes: number): void {
    const given = Math.min(bytes, stream.unconsumedBytes)
    stream.unconsumedBytes -= given
    this.#giveBack(given)
    if (stream.closed || stream.remoteEnded) return
    const more = stream.receiveWindow.consumed(given)
    if (more > 0) this.#sendWindow(stream.id, more)
  }

  /** A closed stream's body is read by nobody, but the others want the connection's window. */
  forget(stream: Http2Stream): void {
    this.#giveBack(stream.unconsumedBytes)
    stream.unconsumedBytes = 0
  }

  frame(head: FrameHead, payload: Buffer): void {
    const { type } = head
    if (!this.#settingsSeen && type !== FrameType.settings) throw protocol('SETTINGS come first')
    if (this.#blocks.open !== 0 && type !== FrameType.continuation) {
      throw protocol('a header block is interrupted')
    }
    if (type === FrameType.data) this.#onData(head, payload)
    else if (type === FrameType.headers || type === FrameType.continuation) {
      this.#onHeaders(head, payload)
    } else if (type === FrameType.windowUpdate) this.#onWindowUpdate(head, payload)
    else if (type === FrameType.rstStream) this.#onReset(head, payload)
    else this.#onRare(head, payload)
  }

  #onRare(head: FrameHead, payload: Buffer): void {
    if (head.type !== FrameType.ping || !this.#isPingFree(head)) {
      this.#spend(this.#idleFrames, 'too many frames without content')
    }
    switch (head.type) {
      case FrameType.settings:
        this.#onSettings(head, payload)
        break
      case FrameType.ping:
        this.#onPing(head, payload)
        break
      case FrameType.priority:
        this.#onPriority(head, payload)
        break
      case FrameType.pushPromise:
        throw protocol('clients do not push')
      case FrameType.goaway:
        // The client opens no more streams: nothing to do but to answer those it has.
        if (head.streamId !== 0) throw protocol('GOAWAY of a stream')
        break
      default:
      // §5.5: unknown frames are ignored.
    }
  }

  #isPingFree({ flags }: FrameHead): boolean {
    const { sender, nowMs, streams } = this.#options
    if (this.#pings.isFree(sender.frames)) return true
    if (!(flags & Flag.ack) && !this.#pings.mayPing(nowMs(), streams.size > 0)) {
      throw new ConnectionFault(ErrorCode.enhanceYourCalm, 'too_many_pings')
    }
    return false
  }

  #onHeaders({ type, streamId, flags }: FrameHead, payload: Buffer): void {
    if (streamId === 0) throw protocol('HEADERS of no stream')
    const block =
      type === FrameType.headers
        ? this.#blocks.headers(streamId, flags, payload)
        : this.#blocks.continuation(streamId, flags, payload)
    if (!block) return
    // Whatever becomes of it: the tables have to keep step.
    const decoded = this.#decoder.decode(block.bytes)
    const stream = this.#options.streams.get(streamId)
    if (stream) this.#onTrailers(stream, block, decoded)
    else if (streamId > this.#lastStreamId) this.#onRequest(block, decoded)
    else if (!this.#resetByUs.has(streamId)) {
      throw new ConnectionFault(ErrorCode.streamClosed, 'HEADERS of a closed stream')
    }
  }

  #onTrailers(stream: Http2Stream, block: WholeBlock, decoded: HeaderBlock): void {
    if (stream.remoteEnded) this.#faultOf(stream, ErrorCode.streamClosed)
    else if (!block.endStream || decoded.tooLarge || !areTrailers(decoded.fields)) {
      this.#faultOf(stream, ErrorCode.protocolError)
    } else this.#deliver(stream, EMPTY, true)
  }

  #onRequest(block: WholeBlock, decoded: HeaderBlock): void {
    const { streamId, endStream } = block
    // §5.1.1: clients' streams are odd.
    if (streamId % 2 === 0) throw protocol('an even stream of a client')
    // §6.8: streams above the one in our GOAWAY are not ours to answer.
    if (this.#leaving) return
    this.#lastStreamId = streamId
    const { settings, sender, host, streams } = this.#options
    const full = sender.queuedBytes > limits.UNFETCHED_BYTES_MAX
    const head = this.#headOf(decoded)
    const stream = new Http2Stream(host, {
      id: streamId,
      head: head ?? NO_HEAD,
      sendWindow: sender.streamWindow,
      windowBytes: settings.windowBytes,
    })
    stream.remoteEnded = endStream
    if (full || streams.size >= settings.streamsMax) {
      this.#faultOf(stream, ErrorCode.refusedStream)
      return
    }
    streams.set(streamId, stream)
    if (decoded.tooLarge) stream.respond(HEADERS_TOO_LARGE, { end: true })
    else if (!head || (endStream && (head.contentLength ?? 0) > 0)) {
      this.#faultOf(stream, ErrorCode.protocolError)
    } else this.#options.onRequest(stream)
  }

  #headOf(decoded: HeaderBlock): RequestHead | undefined {
    let head = this.#heads.get(decoded)
    if (head) return head
    head = readHead(decoded.fields)
    if (head) this.#heads.set(decoded, head)
    return head
  }

  #onData({ streamId, flags, length }: FrameHead, payload: Buffer): void {
    const stream = this.#options.streams.get(streamId)
    if (streamId === 0 || streamId > this.#lastStreamId) {
      if (this.#leaving && streamId > 0) return this.#discard(length)
      throw protocol('DATA of no stream')
    }
    if (!this.#window.take(length)) {
      throw new ConnectionFault(ErrorCode.flowControlError, 'more DATA than the window allows')
    }
    if (!stream || stream.remoteEnded) {
      this.#giveBack(length)
      this.#spend(this.#idleFrames, 'DATA of closed streams')
      if (stream) this.#faultOf(stream, ErrorCode.streamClosed)
      return
    }
    stream.unconsumedBytes += length
    if (!stream.receiveWindow.take(length)) {
      this.#faultOf(stream, ErrorCode.flowControlError)
      return
    }
    const data = flags & Flag.padded ? unpad(payload) : payload
    // §6.9.1: padding counts like data.
    if (data.length < length) this.consumed(stream, length - data.length)
    const ended = (flags & Flag.endStream) !== 0
    if (data.length === 0 && !ended) this.#spend(this.#idleFrames, 'DATA without data')
    else this.#deliver(stream, data, ended)
  }

  #discard(length: number): void {
    if (this.#window.take(length)) this.#giveBack(length)
  }

  #deliver(stream: Http2Stream, data: Buffer, ended: boolean): void {
    stream.receivedBytes += data.length
    const { contentLength } = stream.head
    const wrong =
      contentLength !== undefined &&
      (stream.receivedBytes > contentLength || (ended && stream.receivedBytes < contentLength))
    // §8.1.1
    if (wrong) {
      this.#faultOf(stream, ErrorCode.protocolError)
      return
    }
    stream.remoteEnded = ended
    if (stream.listener) stream.listener.data(data, ended)
    else this.consumed(stream, data.length)
    if (ended && stream.localEnded) this.#options.onClosed(stream, undefined)
  }

  #onReset({ streamId, length }: FrameHead, payload: Buffer): void {
    if (length !== 4) throw frameSize('RST_STREAM')
    if (this.#isIdle(streamId)) throw protocol('RST_STREAM of an idle stream')
    const stream = this.#options.streams.get(streamId)
    if (!stream) return
    this.#spend(this.#resets, 'too many streams are reset')
    const code = payload.readUInt32BE(0)
    this.#options.onClosed(stream, new Error(`the client reset the stream (${code})`))
  }

  #onWindowUpdate({ streamId, length }: FrameHead, payload: Buffer): void {
    if (length !== 4) throw frameSize('WINDOW_UPDATE')
    const more = payload.readUInt32BE(0) & 0x7fff_ffff
    const { sender, streams } = this.#options
    if (streamId === 0) {
      if (more === 0) throw protocol('WINDOW_UPDATE by nothing')
      if (!sender.grow(more)) {
        throw new ConnectionFault(ErrorCode.flowControlError, 'the window grows too large')
      }
      return
    }
    if (this.#isIdle(streamId)) throw protocol('WINDOW_UPDATE of an idle stream')
    const stream = streams.get(streamId)
    if (!stream) return
    if (more === 0) this.#faultOf(stream, ErrorCode.protocolError)
    else if (!sender.growStream(stream, more)) this.#faultOf(stream, ErrorCode.flowControlError)
  }

  #onSettings({ streamId, flags, length }: FrameHead, payload: Buffer): void {
    if (streamId !== 0) throw protocol('SETTINGS of a stream')
    this.#settingsSeen = true
    if (flags & Flag.ack) {
      if (length !== 0) throw frameSize('an acknowledgement of SETTINGS')
      return
    }
    const { sender, streams, output } = this.#options
    if (!sender.apply(decodeSettings(payload), streams.values())) {
      throw new ConnectionFault(ErrorCode.flowControlError, 'a window grows too large')
    }
    output.frame({ type: FrameType.settings, flags: Flag.ack, streamId: 0 }, EMPTY)
  }

  #onPing({ streamId, flags, length }: FrameHead, payload: Buffer): void {
    if (streamId !== 0) throw protocol('PING of a stream')
    if (length !== PING_BYTES) throw frameSize('PING')
    if (flags & Flag.ack) return
    this.#options.output.frame({ type: FrameType.ping, flags: Flag.ack, streamId: 0 }, payload)
  }

  /** §5.3.2: priorities are deprecated; they are checked and forgotten. */
  #onPriority({ streamId, length }: FrameHead, payload: Buffer): void {
    if (streamId === 0) throw protocol('PRIORITY of no stream')
    if (length !== 5) throw frameSize('PRIORITY')
    if ((payload.readUInt32BE(0) & 0x7fff_ffff) === streamId) {
      throw protocol('a stream depends on itself')
    }
  }

  #isIdle(streamId: number): boolean {
    if (streamId === 0 || streamId % 2 === 0) return true
    return streamId > this.#lastStreamId && !this.#leaving
  }

  /** Resets that a client provokes cost as much as its own (CVE-2025-8671). */
  #faultOf(stream: Http2Stream, code: ErrorCode): void {
    this.#spend(this.#resets, 'too many streams are reset')
    stream.reset(code)
  }

  #giveBack(bytes: number): void {
    const more = this.#window.consumed(bytes)
    if (more > 0) this.#sendWindow(0, more)
  }

  #sendWindow(streamId: number, bytes: number): void {
    const head = { type: FrameType.windowUpdate, flags: 0, streamId }
    this.#options.output.frame(head, uint32(bytes))
  }

  #spend(budget: limits.Budget, why: string): void {
    if (budget.spend(this.#options.nowMs())) return
    throw new ConnectionFault(ErrorCode.enhanceYourCalm, why)
  }
}

const NO_HEAD: RequestHead = {
  method: '',
  path: '',
  scheme: '',
  headers: {},
  contentLength: undefined,
}

function unpad(payload: Buffer): Buffer {
  const padding = payload[0]
  if (padding === undefined || padding >= payload.length) {
    throw protocol('more padding than there is payload')
  }
  return payload.subarray(1, payload.length - padding)
}

function protocol(message: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.protocolError, message)
}

function frameSize(frame: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.frameSizeError, `${frame} of a wrong length`)
}
