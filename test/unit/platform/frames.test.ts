import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { FrameStream, writeFrame } from '../../../src/platform/frames.ts'

describe('frames', () => {
  let server: Server
  let near: Socket
  let far: Socket

  beforeEach(async () => {
    server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    assert(address && typeof address === 'object')
    const accepted = new Promise<Socket>((resolve) => server.once('connection', resolve))
    near = connect({ port: address.port, host: '127.0.0.1', noDelay: true })
    await once(near, 'connect')
    far = await accepted
    for (const socket of [near, far]) socket.on('error', () => undefined)
  })

  afterEach(() => {
    near.destroy()
    far.destroy()
    server.close()
  })

  const text = (frame: Uint8Array | undefined) => frame && Buffer.from(frame).toString()

  it('come one by one, however they were cut, then to a listener, in their order', async () => {
    const frames = new FrameStream(far)
    writeFrame(near, Buffer.from('hello'))
    writeFrame(near, Buffer.alloc(0))
    assert.equal(text(await frames.next()), 'hello')
    assert.equal(text(await frames.next()), '')
    const large = Buffer.alloc(300_000, 'l')
    const heard: number[] = []
    writeFrame(near, Buffer.from('before'))
    const listened = frames.listen((frame) => heard.push(frame.length))
    const bytes = Buffer.concat([Buffer.from([0, 0, 0, 2]), Buffer.from('ab')])
    for (const byte of bytes) {
      near.write(Buffer.of(byte))
      await new Promise((resolve) => setImmediate(resolve))
    }
    writeFrame(near, large)
    near.end()
    await listened
    assert.deepEqual(heard, [6, 2, 300_000])
  })

  it('throw when the connection breaks, and when what comes is no frame', async () => {
    const frames = new FrameStream(far)
    const next = assert.rejects(frames.next())
    near.resetAndDestroy()
    await next
    await assert.rejects(frames.next())
  })

  it('refuse a length that no frame has', async () => {
    const frames = new FrameStream(far)
    near.write(Buffer.of(0xff, 0xff, 0xff, 0xfe))
    await assert.rejects(frames.next(), /frame of 4294967294 bytes/)
  })
})
