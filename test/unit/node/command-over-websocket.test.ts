import assert from 'node:assert/strict'
import {
  COMMAND_PROTOCOLS,
  commandOverWebSocket,
} from '../../../src/node/kubelet/streaming/command-over-websocket.ts'
import { FakeConnection } from '../../support/fake-connection.ts'
import { serverMessages } from '../../support/web-socket-frames.ts'

const choice = { stdin: false, stdout: true, stderr: false, tty: false }

describe('commands over WebSockets', () => {
  async function told(protocol: string, outcome: { status: string; message?: string }) {
    const connection = new FakeConnection(new Uint8Array(0))
    await commandOverWebSocket(connection, { protocol, choice }, async (streams) => {
      await streams.writeStdout(Buffer.from('hi'))
      await streams.finish(outcome)
    })
    return serverMessages(connection.sent).map(({ data }) => data.toString('latin1'))
  }
  const good = { status: 'Success' }
  const bad = { status: 'Failure', message: 'exit status 3' }

  it('know every protocol of kubelets', () => {
    const wanted = ['v5.channel.k8s.io', 'v4.channel.k8s.io', 'v4.base64.channel.k8s.io']
    assert.deepEqual(COMMAND_PROTOCOLS, [...wanted, 'channel.k8s.io', 'base64.channel.k8s.io', ''])
  })

  it('tell the outcome as the protocol has it', async () => {
    const status = (outcome: object) => `\u0003${JSON.stringify(outcome)}`
    assert.deepEqual(await told('v5.channel.k8s.io', bad), ['\u0001hi', status(bad)])
    assert.deepEqual(await told('v4.channel.k8s.io', good), ['\u0001', '\u0001hi', status(good)])
    assert.deepEqual(await told('channel.k8s.io', good), ['\u0001', '\u0001hi'])
    assert.deepEqual(await told('', bad), ['\u0001', '\u0001hi', '\u0003exit status 3'])
  })

  it('go as base64', async () => {
    const text = Buffer.from('exit status 3').toString('base64')
    assert.deepEqual(await told('base64.channel.k8s.io', bad), ['1', '1aGk=', `3${text}`])
  })

  it('refuse a text that names no channel', async () => {
    const received = async (text: string) => {
      const connection = new FakeConnection(clientText(text))
      const read: Uint8Array[] = []
      const of = { protocol: 'v4.base64.channel.k8s.io', choice }
      await commandOverWebSocket(connection, of, async ({ stdin }) => {
        for await (const part of stdin) read.push(part)
      })
      return { read: Buffer.concat(read).toString(), sent: connection.sent.toString('latin1') }
    }
    assert.equal((await received('0aGk=')).read, 'hi')
    for (const text of ['aGk=', ' aGk=', '+aGk=']) {
      const { read, sent } = await received(text)
      assert.equal(read, '', text)
      assert.match(sent, /a channel is one digit$/, text)
    }
  })

  it('end for a client that breaks the rules, though it reads nothing and stays', async () => {
    const connection = new FakeConnection(Buffer.of(0x81, 1, 0x61))
    const write = connection.write.bind(connection)
    connection.write = async (data) => {
      await write(data)
      await new Promise<never>(() => {})
    }
    let gone: AbortSignal | undefined
    const of = { protocol: 'v5.channel.k8s.io', choice }
    await commandOverWebSocket(connection, of, async (streams) => {
      gone = streams.gone
      await streams.writeStdout(Buffer.from('hi'))
    })
    assert.equal(gone?.aborted, true)
    assert.match(connection.sent.toString('latin1'), /must be masked/)
  })
})

/** A client's message (RFC 6455 §5.2), masked by zeros. */
function clientText(text: string): Buffer {
  return Buffer.concat([Buffer.of(0x81, 0x80 | text.length, 0, 0, 0, 0), Buffer.from(text)])
}
