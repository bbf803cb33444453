import {
  Channel,
  CLOSE_CODE,
  type Connection,
  WebSocket,
  WebSocketError,
} from '../../../base/index.ts'
import { Pipe } from './pipe.ts'
import { parseSize, type RemoteStreams, type TerminalSize } from './remote-command.ts'

/** KEP-4006: version 5 is version 4 with a way to say that standard input has ended. */
export const COMMAND_PROTOCOLS = ['v5.channel.k8s.io', 'v4.channel.k8s.io']

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const
const SIZES_MAX = 64

/** Carries an exec or attach over a WebSocket: each message begins with its channel's number. */
export async function commandOverWebSocket(
  connection: Connection,
  { hasClose }: { hasClose: boolean },
  run: (streams: RemoteStreams) => Promise<void>,
): Promise<void> {
  const socket = new WebSocket(connection)
  const stdin = new Pipe()
  const sizes = new Channel<TerminalSize>({ maxLength: SIZES_MAX })
  const gone = new AbortController()
  const read = async () => {
    try {
      for await (const message of socket.messages()) {
        const [channel, ended] = message
        const data = message.subarray(1)
        if (channel === CHANNEL.stdin) await stdin.write(data)
        else if (channel === CHANNEL.resize) {
          const size = parseSize(data)
          if (size) sizes.push(size)
        } else if (channel === CHANNEL.close && hasClose && ended === CHANNEL.stdin) stdin.end()
        else if (channel !== undefined) {
          const why = `nothing is read from channel ${channel}`
          throw new WebSocketError(CLOSE_CODE.protocolError, why)
        }
      }
    } finally {
      stdin.end()
      sizes.close()
      gone.abort(new Error('the client went away'))
    }
  }
  const reading = read().catch((error: unknown) => {
    if (error instanceof WebSocketError) return socket.close(error.code, error.message)
    return connection.destroy()
  })
  const send = (channel: number) => (data: Uint8Array) => socket.send(Buffer.of(channel), data)
  await run({
    stdin,
    sizes,
    gone: gone.signal,
    writeStdout: send(CHANNEL.stdout),
    writeStderr: send(CHANNEL.stderr),
    async finish(status) {
      await send(CHANNEL.error)(Buffer.from(JSON.stringify(status)))
      await socket.close(CLOSE_CODE.normal)
    },
  })
  stdin.destroy()
  await reading
}
