import assert from 'node:assert/strict'
import { Duplex } from 'node:stream'
import { ConnectionFault } from '../../src/platform/http2/errors.ts'
import { Flag, FrameType, makeFrame, PREFACE, uint32 } from '../../src/platform/http2/frame.ts'
import { FrameReader } from '../../src/platform/http2/frame-reader.ts'
import { HpackDecoder } from '../../src/platform/http2/hpack-decoder.ts'
import { HpackEncoder } from '../../src/platform/http2/hpack-encoder.ts'
import { Output } from '../../src/platform/http2/output.ts'
import { Receiver } from '../../src/platform/http2/receiver.ts'
import { Sender } from '../../src/platform/http2/sender.ts'
import type { Http2Stream, StreamHost } from '../../src/platform/http2/stream.ts'
import type { FuzzTarget } from './fuzz.ts'

const hex = (text: string) => Buffer.from(text, 'hex')
const LIST_BYTES_MAX = 16_384

/** What can be read comes out the same when it is written again. */
const headerBlock: FuzzTarget = {
  name: 'HPACK block',
  seeds: [
    hex('828684418cf1e3c2e5f23a6ba0ab90f4ff'),
    hex('3fe101488264025885aec3771a4b6196d07abe941054d444a8200595040b8166e082a62d1bff'),
    hex('400a637573746f6d2d6b65790d637573746f6d2d686561646572be'),
  ],
  take(input) {
    const { fields, tooLarge } = new HpackDecoder({ listBytesMax: LIST_BYTES_MAX }).decode(input)
    if (tooLarge) return
    const again = new HpackDecoder({ listBytesMax: LIST_BYTES_MAX })
    assert.deepEqual(again.decode(new HpackEncoder().encode(fields)).fields, fields)
  },
  allowed: [ConnectionFault],
}

/** A connection's parts without its clock, answering every request at once. */
function feed(input: Uint8Array): void {
  const socket = new Duplex({ read() {}, write: (_chunk, _encoding, done) => done() })
  const streams = new Map<number, Http2Stream>()
  const nowMs = () => 0
  const close = (stream: Http2Stream, error?: Error) => {
    if (stream.closed) return
    stream.closed = true
    streams.delete(stream.id)
    sender.forget(stream)
    receiver.forget(stream)
    stream.listener?.closed(error)
  }
  const host: StreamHost = {
    sendHeaders: (stream, fields, end) => sender.headers(stream, fields, end),
    queued: (stream, bytes) => sender.queued(stream, bytes),
    consumed: (stream, bytes) => receiver.consumed(stream, bytes),
    reset(stream) {
      receiver.resetByUs(stream.id)
      close(stream)
    },
  }
  const output = new Output({ socket, onRoom: () => {} })
  const sender: Sender = new Sender({
    output,
    nowMs,
    onEnd(stream) {
      stream.localEnded = true
      if (stream.remoteEnded) close(stream)
      else stream.reset(0)
    },
  })
  const receiver: Receiver = new Receiver({
    pingMsMin: 0,
    settings: {
      streamsMax: 100,
      windowBytes: 65_535,
      connectionWindowBytes: 65_535,
      headerListBytesMax: LIST_BYTES_MAX,
    },
    nowMs,
    host,
    streams,
    sender,
    output,
    onClosed: close,
    onRequest(stream) {
      const answer = (ended: boolean) => {
        if (!ended) return
        stream.respond([[':status', '200']], { end: false })
        stream.end({ chunk: Buffer.alloc(100) })
      }
      stream.listener = {
        data(chunk, ended) {
          stream.consumed(chunk.length)
          answer(ended)
        },
        drained() {},
        closed() {},
      }
      answer(stream.remoteEnded)
    },
  })
  const reader = new FrameReader({
    frameBytesMax: 16_384,
    onFrame: (head, payload) => receiver.frame(head, payload),
  })
  try {
    reader.push(PREFACE)
    reader.push(Buffer.from(input))
  } finally {
    output.flush()
    socket.destroy()
    let queued = 0
    for (const stream of streams.values()) queued += stream.queuedBytes
    assert.equal(sender.queuedBytes, queued, 'the bytes that wait are counted wrongly')
  }
}

const settings = makeFrame({ type: FrameType.settings, flags: 0, streamId: 0 }, hex('000400001000'))
const block = new HpackEncoder().encode([
  [':method', 'POST'],
  [':scheme', 'http'],
  [':path', '/x'],
])
const frame = (type: number, flags: number, streamId: number, payload: Uint8Array) =>
  makeFrame({ type, flags, streamId }, payload)

const frames: FuzzTarget = {
  name: 'HTTP/2 frames',
  seeds: [
    Buffer.concat([
      settings,
      frame(FrameType.headers, Flag.endHeaders, 1, block),
      frame(FrameType.data, Flag.padded, 1, hex('0268656c6c6f0000')),
      frame(FrameType.windowUpdate, 0, 1, uint32(1000)),
      frame(FrameType.data, Flag.endStream, 1, hex('00')),
      frame(FrameType.ping, 0, 0, Buffer.alloc(8)),
    ]),
    Buffer.concat([
      settings,
      frame(FrameType.headers, Flag.endStream, 1, block.subarray(0, 2)),
      frame(FrameType.continuation, Flag.endHeaders, 1, block.subarray(2)),
      frame(FrameType.headers, Flag.endHeaders, 3, block),
      frame(FrameType.rstStream, 0, 3, uint32(8)),
      frame(FrameType.priority, 0, 5, Buffer.alloc(5)),
      frame(FrameType.goaway, 0, 0, Buffer.alloc(8)),
    ]),
  ],
  take: feed,
  allowed: [ConnectionFault],
}

export const http2Targets: readonly FuzzTarget[] = [headerBlock, frames]
