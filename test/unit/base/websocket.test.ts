import assert from 'node:assert/strict'
import { acceptKey, WebSocket } from '../../../src/base/index.ts'
import { FakeConnection } from '../../support/fake-connection.ts'

const MASK = Buffer.of(1, 2, 3, 4)

function frame(first: number, payload: Uint8Array, options: { masked?: boolean } = {}): Buffer {
  const { masked = true } = options
  const bit = masked ? 0x80 : 0
  const size = payload.length
  const length =
    size < 126
      ? Buffer.of(bit | size)
      : size < 65_536
        ? Buffer.of(bit | 126, size >> 8, size & 255)
        : Buffer.concat([Buffer.of(bit | 127, 0, 0, 0, 0), uint32(size)])
  const hidden = masked ? payload.map((byte, i) => byte ^ (MASK[i & 3] ?? 0)) : payload
  return Buffer.concat([Buffer.of(first), length, masked ? MASK : Buffer.alloc(0), hidden])
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

async function readAll(bytes: Uint8Array, pieces?: number) {
  const connection = new FakeConnection(bytes, pieces)
  const messages: string[] = []
  let error: unknown
  try {
    for await (const message of new WebSocket(connection).messages()) messages.push(String(message))
  } catch (cause) {
    error = cause
  }
  return { messages, error, sent: connection.sent, ended: connection.ended }
}

const text = (words: string) => Buffer.from(words)

describe('base: WebSocket', () => {
  it("answers the RFC's example key, and no other thing than 16 bytes", () => {
    // RFC 6455 §1.3.
    assert.equal(acceptKey('dGhlIHNhbXBsZSBub25jZQ=='), 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    for (const bad of [undefined, '', 'short', 'dGhlIHNhbXBsZSBub25jZQ=']) {
      assert.equal(acceptKey(bad), undefined)
    }
  })

  it('reads the masked frame of RFC 6455 §5.7', async () => {
    const hello = Buffer.of(0x81, 0x85, 0x37, 0xfa, 0x21, 0x3d, 0x7f, 0x9f, 0x4d, 0x51, 0x58)
    assert.deepEqual((await readAll(hello)).messages, ['Hello'])
  })

  it('joins fragments, answers pings between them, however the bytes arrive', async () => {
    const bytes = Buffer.concat([
      frame(0x02, text('one ')),
      frame(0x89, text('ping')),
      frame(0x00, text('two ')),
      frame(0x80, text('three')),
      frame(0x82, Buffer.alloc(300, 'x')),
      frame(0x82, Buffer.alloc(70_000, 'y')),
      frame(0x88, Buffer.of(3, 232)),
    ])
    for (const pieces of [1, 7, bytes.length]) {
      const { messages, error, sent, ended } = await readAll(bytes, pieces)
      assert.equal(error, undefined)
      assert.deepEqual(
        messages.map((message) => message.length),
        [13, 300, 70_000],
      )
      assert.equal(messages[0], 'one two three')
      assert.equal(sent.toString('latin1'), '\x8a\x04ping\x88\x02\x03\xe8')
      assert.ok(ended)
    }
  })

  const refused: [what: string, bytes: Uint8Array, code: number][] = [
    ['an unmasked frame', frame(0x82, text('x'), { masked: false }), 1002],
    ['reserved bits', frame(0xc2, text('x')), 1002],
    ['an unknown opcode', frame(0x83, text('x')), 1002],
    ['a continuation of nothing', frame(0x80, text('x')), 1002],
    [
      'a message within a message',
      Buffer.concat([frame(2, text('x')), frame(0x82, text('y'))]),
      1002,
    ],
    ['a fragmented ping', frame(0x09, text('x')), 1002],
    ['a ping that is too long', frame(0x89, Buffer.alloc(126)), 1002],
    ['a message that is too long', Buffer.of(0x82, 0xff, 0, 0, 0, 0, 1, 0, 0, 1), 1009],
    ['an absurd length', Buffer.of(0x82, 0xff, 255, 255, 255, 255, 255, 255, 255, 255), 1009],
  ]
  for (const [what, bytes, code] of refused) {
    it(`refuses ${what}`, async () => {
      const { messages, error, sent } = await readAll(bytes)
      assert.deepEqual(messages, [])
      assert.equal((error as { code?: number }).code, code)
      assert.equal(sent[0], 0x88)
      assert.equal(sent.readUInt16BE(2), code)
    })
  }

  it('bounds a message over all its fragments', async () => {
    const part = frame(0x00, Buffer.alloc(8 * 1024 * 1024))
    const bytes = Buffer.concat([frame(0x02, text('x')), part, part])
    assert.equal(((await readAll(bytes)).error as { code?: number }).code, 1009)
  })

  it('takes a frame that is cut short for a broken connection', async () => {
    const whole = frame(0x82, text('whole'))
    for (let length = 1; length < whole.length; length++) {
      const { messages, error } = await readAll(whole.subarray(0, length))
      assert.deepEqual(messages, [])
      assert.match(String(error), /in the middle of a frame/)
    }
  })
})
