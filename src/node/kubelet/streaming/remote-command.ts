import type { LiveCommand } from '../runtime/types.ts'

export interface TerminalSize {
  readonly width: number
  readonly height: number
}

/** What there is to say of a command's end: a `Status`. */
export interface Outcome {
  readonly status: string
  readonly message?: string
  readonly [more: string]: unknown
}

/** The streams of one exec or attach, whatever protocol carries them. */
export interface RemoteStreams {
  /** Ends when the client has no more input, or is gone. */
  readonly stdin: AsyncIterable<Uint8Array>
  readonly sizes: AsyncIterable<TerminalSize>
  /** Aborted when the client is gone. */
  readonly gone: AbortSignal
  writeStdout(data: Uint8Array): Promise<void>
  writeStderr(data: Uint8Array): Promise<void>
  /** Tells the outcome (a `Status` as JSON) and ends the streams. */
  finish(status: Outcome): Promise<void>
}

/** Which streams the client asked for. */
export interface StreamChoice {
  readonly stdin: boolean
  readonly stdout: boolean
  readonly stderr: boolean
  readonly tty: boolean
}

/**
 * Runs a command between its client and its container. It is killed when the client goes. Never
 * throws for a command that cannot be run: the client is told.
 */
export async function runRemote(
  open: () => Promise<LiveCommand>,
  streams: RemoteStreams,
  choice: StreamChoice,
): Promise<void> {
  let live: LiveCommand
  try {
    live = await open()
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    await streams.finish(internalError(text))
    return
  }
  const kill = () => live.kill()
  streams.gone.addEventListener('abort', kill, { once: true })
  if (streams.gone.aborted) kill()
  try {
    if (choice.stdin) void feed(streams.stdin, live)
    else live.endInput()
    void resize(streams.sizes, live)
    await Promise.all([
      drain(live.stdout, choice.stdout ? (data) => streams.writeStdout(data) : ignore),
      drain(live.stderr, choice.stderr ? (data) => streams.writeStderr(data) : ignore),
    ])
    const exitCode = await live.exitCode
    await streams.finish(exitCode === 0 ? SUCCESS : nonZeroExit(exitCode))
  } catch (error) {
    // With the client gone nobody is there to be told.
    if (!streams.gone.aborted) throw error
  } finally {
    streams.gone.removeEventListener('abort', kill)
    kill()
  }
}

const ignore = (): Promise<void> => Promise.resolve()

async function drain(
  from: AsyncIterable<Uint8Array>,
  write: (data: Uint8Array) => Promise<void>,
): Promise<void> {
  for await (const data of from) await write(data)
}

async function feed(stdin: AsyncIterable<Uint8Array>, live: LiveCommand): Promise<void> {
  for await (const data of stdin) await live.write(data)
  live.endInput()
}

async function resize(sizes: AsyncIterable<TerminalSize>, live: LiveCommand): Promise<void> {
  // A terminal that cannot be resized is still a terminal.
  for await (const size of sizes) await live.resize(size).catch(() => undefined)
}

const SUCCESS = { metadata: {}, status: 'Success' }

/** The `Status` of Kubernetes' remote command protocol, version 4. */
function nonZeroExit(exitCode: number): Outcome {
  return {
    metadata: {},
    status: 'Failure',
    message: `command terminated with non-zero exit code: exit status ${exitCode}`,
    reason: 'NonZeroExitCode',
    details: { causes: [{ reason: 'ExitCode', message: String(exitCode) }] },
  }
}

function internalError(text: string): Outcome {
  const message = `error executing command in container: ${text}`
  return {
    metadata: {},
    status: 'Failure',
    message: `Internal error occurred: ${message}`,
    reason: 'InternalError',
    details: { causes: [{ message }] },
    code: 500,
  }
}

/** `{"Width":80,"Height":24}`; undefined for anything else. */
export function parseSize(bytes: Uint8Array): TerminalSize | undefined {
  let size: unknown
  try {
    size = JSON.parse(Buffer.from(bytes).toString())
  } catch {
    return undefined
  }
  if (typeof size !== 'object' || size === null) return undefined
  const { Width: width, Height: height } = size as { Width?: unknown; Height?: unknown }
  return isCells(width) && isCells(height) ? { width, height } : undefined
}

// 16 bits each, as the kernel keeps them; 0 means unknown.
const isCells = (value: unknown): value is number =>
  Number.isInteger(value) && Number(value) > 0 && Number(value) < 0x10000
