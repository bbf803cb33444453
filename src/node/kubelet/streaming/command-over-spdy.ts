import { Channel, type Clock, type Connection } from '../../../base/index.ts'
import {
  parseSize,
  type RemoteStreams,
  type StreamChoice,
  type TerminalSize,
} from './remote-command.ts'
import { SpdyError } from './spdy-error.ts'
import { SpdySession, type SpdyStream } from './spdy-session.ts'

export const SPDY_COMMAND_PROTOCOL = 'v4.channel.k8s.io'

/** How long the client may take to open its streams (upstream: `DefaultStreamCreationTimeout`). */
const STREAMS_TIMEOUT_MS = 30_000
const SIZES_MAX = 64
const SIZE_BYTES_MAX = 1024

type Name = 'error' | 'stdin' | 'stdout' | 'stderr' | 'resize'

/** Carries an exec or attach over SPDY/3.1: a stream for each of a command's. */
export async function commandOverSpdy(
  connection: Connection,
  { choice, clock }: { choice: StreamChoice; clock: Clock },
  run: (streams: RemoteStreams) => Promise<void>,
): Promise<void> {
  const awaited = namesOf(choice)
  const streams = new Map<string, SpdyStream>()
  const gone = new AbortController()
  let onComplete: () => void = () => undefined
  const complete = new Promise<void>((resolve) => {
    onComplete = resolve
  })
  const session = new SpdySession(connection, (stream) => {
    const name = stream.headers.get('streamtype') ?? ''
    if (!awaited.includes(name as Name) || streams.has(name)) return false
    streams.set(name, stream)
    if (streams.size === awaited.length) onComplete()
    return true
  })
  const reading = session
    .run()
    .catch(() => connection.destroy())
    .finally(() => {
      gone.abort(new Error('the client went away'))
      onComplete()
    })
  const timer = clock.after(STREAMS_TIMEOUT_MS, () => connection.destroy(), { unref: true })
  await complete
  timer.cancel()
  if (!gone.signal.aborted) await run(remoteStreams(streams, session, gone.signal))
  for (const stream of streams.values()) stream.incoming.destroy()
  await reading
}

function namesOf({ stdin, stdout, stderr, tty }: StreamChoice): Name[] {
  return [
    'error',
    ...(stdin ? (['stdin'] as const) : []),
    ...(stdout ? (['stdout'] as const) : []),
    ...(stderr ? (['stderr'] as const) : []),
    ...(tty ? (['resize'] as const) : []),
  ]
}

function remoteStreams(
  streams: ReadonlyMap<string, SpdyStream>,
  session: SpdySession,
  gone: AbortSignal,
): RemoteStreams {
  const write = (name: Name) => async (data: Uint8Array) => {
    await streams.get(name)?.write(data)
  }
  return {
    stdin: streams.get('stdin')?.incoming ?? nothing(),
    sizes: sizesFrom(streams.get('resize')),
    gone,
    writeStdout: write('stdout'),
    writeStderr: write('stderr'),
    async finish(status) {
      await write('error')(Buffer.from(JSON.stringify(status)))
      for (const stream of streams.values()) await stream.end()
      await session.close()
    },
  }
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // The client sends nothing.
}

/** Sizes are JSON objects, one after another, with newlines between them. */
function sizesFrom(stream: SpdyStream | undefined): AsyncIterable<TerminalSize> {
  const sizes = new Channel<TerminalSize>({ maxLength: SIZES_MAX })
  const read = async () => {
    let rest = ''
    for await (const data of stream?.incoming ?? nothing()) {
      const parts = `${rest}${Buffer.from(data).toString()}`.split(/(?<=\})/)
      rest = parts.at(-1)?.endsWith('}') ? '' : (parts.pop() ?? '')
      if (rest.length > SIZE_BYTES_MAX) throw new SpdyError('a terminal size is too long')
      for (const part of parts) {
        const size = parseSize(Buffer.from(part))
        if (size) sizes.push(size)
      }
    }
  }
  void read()
    .catch(() => undefined)
    .finally(() => sizes.close())
  return sizes
}
