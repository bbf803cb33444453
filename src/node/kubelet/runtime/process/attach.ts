import {
  Channel,
  type Clock,
  type Disk,
  type LiveProcess,
  ProcessError,
  type Processes,
  sleep,
} from '../../../../base/index.ts'
import type { LiveCommand } from '../types.ts'
import type { ProcessContainer } from './container.ts'
import { AGENT_ENV } from './environment.ts'
import { quote } from './mounts.ts'
import { holderPath, inputPath } from './shim.ts'
import { resizeTerminal, terminalPath } from './terminal.ts'

/** Pieces of output that a slow client may lag behind. */
const LAG_MAX = 1024
const CLOSE_TIMEOUT_MS = 5_000
const OPEN_MS_MAX = 5_000
const OPEN_POLL_MS = 20

/**
 * A running container as if it were a command: what it writes from now on, as it writes it. Both of
 * its outputs are one here. Throws `ProcessError` when its standard input is asked for, and it has
 * none.
 */
export async function attachTo(
  container: ProcessContainer,
  options: { stdin: boolean; signal: AbortSignal },
  parts: { processes: Processes; disk: Disk; clock: Clock },
): Promise<LiveCommand> {
  const { record, folder, pump } = container
  const { stdin, tty } = record
  if (options.stdin && !stdin) {
    const message = 'the container has no standard input: attach without --stdin'
    throw new ProcessError(message)
  }
  const at = { cwd: folder, env: AGENT_ENV }
  const output = new Channel<Uint8Array>({ maxLength: LAG_MAX })
  await pump.tap(output)
  const input = options.stdin ? await openInput(folder, at, parts) : undefined
  // Input that ends is the container's end of input only where it has one client in its life.
  let hasEnded = input === undefined
  const endInput = () => {
    if (hasEnded) return
    hasEnded = true
    input?.endInput()
    if (stdin?.once) void closeInput(folder, at, parts).catch(() => undefined)
  }
  return {
    stdout: output,
    stderr: nothing(),
    exitCode: Promise.resolve(0),
    write: (data) => input?.write(data) ?? Promise.resolve(),
    endInput,
    async resize(size) {
      if (!tty) return
      const isOver = () => !container.isRunning
      await resizeTerminal(size, { ...at, deviceFile: terminalPath(folder), isOver }, parts)
    },
    kill() {
      pump.untap(output)
      output.close()
      endInput()
      input?.kill()
    },
  }
}

type At = { readonly cwd: string; readonly env: Readonly<Record<string, string>> }

/** Waits until the pipe of a container that has just started is there. */
async function openInput(
  folder: string,
  at: At,
  { processes, disk, clock }: { processes: Processes; disk: Disk; clock: Clock },
): Promise<LiveProcess> {
  const isThere = async () => ((await disk.stat(holderPath(folder)))?.size ?? 0) > 0
  for (let ms = 0; !(await isThere()); ms += OPEN_POLL_MS) {
    if (ms >= OPEN_MS_MAX) throw new ProcessError('the container has no standard input yet')
    await sleep(clock, OPEN_POLL_MS)
  }
  const script = `exec cat > ${quote(inputPath(folder))}`
  return processes.open({ command: ['/bin/sh', '-c', script], ...at })
}

/** Whoever holds the pipe open lets go of it: what reads from it comes to its end. */
async function closeInput(folder: string, at: At, { processes }: { processes: Processes }) {
  const script = `kill "$(cat ${quote(holderPath(folder))})"`
  const command = ['/bin/sh', '-c', script]
  await processes.exec({ command, ...at, timeoutMs: CLOSE_TIMEOUT_MS, maxOutputBytes: 1024 })
}

async function* nothing(): AsyncGenerator<Uint8Array> {
  // One output only.
}
