import assert from 'node:assert/strict'
import { type Connection, type Listener, NetError } from '../../../src/base/index.ts'
import { systemNet } from '../../../src/platform/index.ts'

const address = '127.0.0.1'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

async function readAll(connection: Connection): Promise<string> {
  const chunks: Uint8Array[] = []
  for await (const chunk of connection.incoming) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

describe('platform: net', () => {
  const open: Listener[] = []
  const listen = async (onConnection: (connection: Connection) => void): Promise<Listener> => {
    const listener = await systemNet.listenTcp({ address, port: 0 }, onConnection)
    open.push(listener)
    return listener
  }
  /** Answers with the length of all that came, once the other side has finished sending. */
  const counting = () =>
    listen((connection) => {
      void readAll(connection).then(async (all) => {
        await connection.write(bytes(`got ${all.length}`))
        connection.end()
      })
    })
  const dial = (port: number) => systemNet.dialTcp({ address, port }, { timeoutMs: 1000 })
  afterEach(() => Promise.all(open.splice(0).map((listener) => listener.close())))

  it('splices connections with half close and back-pressure', async () => {
    const back = await counting()
    const front = await listen((connection) => {
      void dial(back.port).then((target) => systemNet.splice(connection, target))
    })
    const client = await dial(front.port)
    for (let i = 0; i < 20; i++) await client.write(new Uint8Array(100_000))
    client.end()
    assert.equal(await readAll(client), 'got 2000000')
  })

  it('a splice passes on that a side broke', async () => {
    const back = await listen((connection) => connection.destroy())
    let spliced: Promise<void> | undefined
    const front = await listen((connection) => {
      spliced = dial(back.port).then((target) => systemNet.splice(connection, target))
    })
    const client = await dial(front.port)
    await readAll(client).catch(() => undefined)
    client.destroy()
    await spliced
  })

  it('tells refused, timeout and in use apart', async () => {
    const listener = await counting()
    await assert.rejects(
      systemNet.listenTcp(listener, () => undefined),
      { code: 'in-use' },
    )
    await listener.close()
    await assert.rejects(dial(listener.port), { code: 'refused' })
    const silent = systemNet.dialTcp({ address: '192.0.2.1', port: 9 }, { timeoutMs: 30 })
    await assert.rejects(silent, NetError)
    const signal = AbortSignal.abort(new Error('stop'))
    const aborted = systemNet.dialTcp({ address, port: 1 }, { timeoutMs: 30, signal })
    await assert.rejects(aborted, /stop/)
  })

  it('sends and receives datagrams', async () => {
    const echo = await systemNet.listenUdp({ address, port: 0 }, (data, from) =>
      echo.send(data, from),
    )
    const answer = await new Promise<string>((resolve) => {
      void systemNet
        .listenUdp({ address, port: 0 }, (data) => resolve(Buffer.from(data).toString()))
        .then((client) => {
          open.push(client)
          client.send(bytes('ping'), echo)
        })
    })
    assert.equal(answer, 'ping')
    await assert.rejects(
      systemNet.listenUdp({ address, port: echo.port }, () => undefined),
      { code: 'in-use' },
    )
    await echo.close()
  })
})
