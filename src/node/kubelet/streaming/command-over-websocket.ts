import {
  Channel,
  CLOSE_CODE,
  type Connection,
  WebSocket,
  WebSocketError,
} from '../../../base/index.ts'
import { Pipe } from './pipe.ts'
import {
  parseSize,
  type RemoteStreams,
  type StreamChoice,
  type TerminalSize,
} from './remote-command.ts'

/** How channels are told apart, and the outcome is told. */
interface Manner {
  /** Messages are text: the channel as a digit, then base64. */
  readonly base64?: boolean
  /** The outcome is a message for people, and none when all went well. */
  readonly plainStatus?: boolean
  /** A channel can be closed (KEP-4006). */
  readonly hasClose?: boolean
}

const MANNERS: Readonly<Record<string, Manner>> = {
  'v5.channel.k8s.io': { hasClose: true },
  'v4.channel.k8s.io': {},
  'v4.base64.channel.k8s.io': { base64: true },
  'channel.k8s.io': { plainStatus: true },
  'base64.channel.k8s.io': { base64: true, plainStatus: true },
  // For a client that names none.
  '': { plainStatus: true },
}

export const COMMAND_PROTOCOLS: readonly string[] = Object.keys(MANNERS)

const CHANNEL = { stdin: 0, stdout: 1, stderr: 2, error: 3, resize: 4, close: 255 } as const
const SIZES_MAX = 64

/** Carries an exec or attach over a WebSocket: each message begins with its channel's number. */
export async function commandOverWebSocket(
  connection: Connection,
  of: { protocol: string; choice: StreamChoice },
  run: (streams: RemoteStreams) => Promise<void>,
): Promise<void> {
  const { hasClose = false, plainStatus = false, base64 = false } = MANNERS[of.protocol] ?? {}
  const socket = new WebSocket(connection)
  const stdin = new Pipe()
  const sizes = new Channel<TerminalSize>({ maxLength: SIZES_MAX })
  const gone = new AbortController()
  const read = async () => {
    try {
      for await (const received of socket.messages()) {
        const message = base64 ? fromText(received) : received
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
  let onBreach = () => {}
  // The server ends the connection then, and with it what still waits to be sent.
  const broken = new Promise<void>((resolve) => {
    onBreach = resolve
  })
  const reading = read().catch((error: unknown) => {
    if (!(error instanceof WebSocketError)) return connection.destroy()
    onBreach()
    socket.close(error.code, error.message).catch(() => {})
  })
  const send = (channel: number) => (data: Uint8Array) =>
    base64
      ? socket.sendText(`${channel}${Buffer.from(data).toString('base64')}`)
      : socket.send(Buffer.of(channel), data)
  // Before version 5 an empty message says that the connection stands.
  if (!hasClose) await send(firstChannel(of.choice))(new Uint8Array(0))
  const running = run({
    stdin,
    sizes,
    gone: gone.signal,
    writeStdout: send(CHANNEL.stdout),
    writeStderr: send(CHANNEL.stderr),
    async finish(status) {
      const isGood = status.status === 'Success'
      const text = plainStatus ? (status.message ?? '') : JSON.stringify(status)
      if (!plainStatus || !isGood) await send(CHANNEL.error)(Buffer.from(text))
      await socket.close(CLOSE_CODE.normal)
    },
  })
  await Promise.race([running, broken])
  stdin.destroy()
  await reading
}

function firstChannel({ stdout, stderr }: StreamChoice): number {
  if (stdout) return CHANNEL.stdout
  return stderr ? CHANNEL.stderr : CHANNEL.error
}

/** Throws `WebSocketError` for a text that names no channel. */
function fromText(message: Buffer): Buffer {
  const [digit] = message.toString('latin1')
  if (digit === undefined) return message
  if (!/^[0-9]$/.test(digit)) {
    throw new WebSocketError(CLOSE_CODE.protocolError, 'a channel is one digit')
  }
  const data = Buffer.from(message.subarray(1).toString('latin1'), 'base64')
  return Buffer.concat([Buffer.of(Number(digit)), data])
}
