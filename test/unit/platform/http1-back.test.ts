import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { type HttpHandler, silentLog } from '../../../src/base/index.ts'
import { createHttp1Back, type Http1Back } from '../../../src/platform/http1-back.ts'
import { serveHttps } from '../../../src/platform/index.ts'
import { skipOnThisKernel } from '../../support/peers.ts'

describe('platform: HTTP/1 back', () => {
  const sockets: Socket[] = []
  let front: Server
  let back: Http1Back

  const handler: HttpHandler = async ({ body }) => {
    const chunks: Uint8Array[] = []
    for await (const chunk of (body ?? []) as AsyncIterable<Uint8Array>) chunks.push(chunk)
    return { status: 200, headers: {}, body: Buffer.concat(chunks) }
  }

  async function dial(port = (front.address() as AddressInfo).port): Promise<Socket> {
    const socket = connect(port, '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => undefined)
    await once(socket, 'connect')
    return socket
  }

  beforeEach(async () => {
    const context = { handler, log: silentLog, active: new Set<AbortController>() }
    back = createHttp1Back(context, { headersMs: 60, lookMs: 10 })
    front = createServer((socket) => back.take(socket)).listen(0, '127.0.0.1')
    await once(front, 'listening')
  })
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy()
    back.close()
    front.close()
  })

  it('ends a connection whose first head does not come, and one whose head does not end', async () => {
    const mute = await dial()
    const slow = await dial()
    slow.write('GET / HTTP/1.1\r\nhost: x\r\n')
    slow.resume()
    mute.resume()
    await Promise.all([once(mute, 'close'), once(slow, 'close')])
  })

  it('waits for bodies longer than for heads', async () => {
    const socket = await dial()
    socket.write('POST / HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 2\r\n\r\na')
    // A second connection that runs out of time shows that the first one's has passed, too.
    const other = await dial()
    other.resume()
    await once(other, 'close')
    socket.write('b')
    const [answer] = await once(socket, 'data')
    assert.match(String(answer), /^HTTP\/1\.1 200 OK\r\n/)
  })

  it('asks silent connections for a sign of life (TCP keepalive)', async function () {
    if (process.platform !== 'linux')
      skipOnThisKernel(this, 'only Linux tells its sockets in /proc')
    const server = await serveHttps({ address: '127.0.0.1', port: 0, handler, log: silentLog })
    try {
      const socket = await dial(server.port)
      socket.write('G')
      const port = server.port.toString(16).toUpperCase().padStart(4, '0')
      const isKept = () =>
        readFileSync('/proc/net/tcp', 'utf8')
          .split('\n')
          .map((line) => line.trim().split(/\s+/))
          // State 01: established. Timer 02: keepalive.
          .some(([, local, , state, , timer]) => {
            return local?.endsWith(`:${port}`) && state === '01' && timer?.startsWith('02:')
          })
      // The server's side is there a moment after the client's.
      for (let i = 0; i < 100 && !isKept(); i++) {
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      assert(isKept())
    } finally {
      for (const socket of sockets) socket.destroy()
      await server.close()
    }
  })
})
