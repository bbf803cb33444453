import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'
import {
  type ExecResult,
  type LiveProcess,
  ProcessError,
  type ProcessExit,
  type Processes,
  type ProcessIdentity,
  type SpawnOptions,
} from '../base/index.ts'
import { processFacts } from './process-table.ts'

/** How often a process that is not our child is looked at: the kernel tells only its parent. */
const POLL_MS = 50
/** Exits of children that are remembered for a late `waitForExit`. */
const MAX_REMEMBERED_EXITS = 10_000

interface Child {
  readonly exited: Promise<ProcessExit>
  exit?: ProcessExit
}

/** The machine's processes. */
export function systemProcesses(): Processes {
  const children = new Map<string, Child>()
  const keyOf = ({ pid, startTime }: ProcessIdentity): string => `${pid} ${startTime}`

  const remember = (identity: ProcessIdentity, process: ChildProcess) => {
    const exited = new Promise<ProcessExit>((resolve) => {
      process.once('exit', (code, signal) => resolve(signal ? { signal } : { code: code ?? 0 }))
    })
    const child: Child = { exited }
    void exited.then((exit) => {
      child.exit = exit
    })
    children.set(keyOf(identity), child)
    for (const [key, old] of children) {
      if (children.size <= MAX_REMEMBERED_EXITS) break
      if (old.exit) children.delete(key)
    }
  }
  return {
    async spawn(options) {
      const child = await start(options)
      const identity = identify(child)
      remember(identity, child)
      return identity
    },
    isAlive,
    async waitForExit(identity, { signal }) {
      signal.throwIfAborted()
      const child = children.get(keyOf(identity))
      if (child) return orAborted(child.exited, signal)
      while (isAlive(identity)) await pause(POLL_MS, signal)
      return undefined
    },
    kill,
    exec,
    open,
  }
}

async function start(options: SpawnOptions): Promise<ChildProcess> {
  const { command, args, cwd } = options
  let out: number | undefined
  let err: number | undefined
  try {
    // Appending: several writers and a rotation by truncation do not overwrite one another.
    out = openSync(options.stdoutPath, 'a', 0o600)
    err = openSync(options.stderrPath, 'a', 0o600)
    const child = spawn(command, args, {
      env: { ...options.env },
      cwd,
      detached: true,
      stdio: ['ignore', out, err],
    })
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('spawn', resolve)
    })
    child.unref()
    return child
  } catch (error) {
    throw processError(command, cwd, error)
  } finally {
    if (out !== undefined) closeSync(out)
    if (err !== undefined) closeSync(err)
  }
}

function identify(child: ChildProcess): ProcessIdentity {
  const pid = child.pid ?? 0
  // Even a child that has ended by now is there as a zombie, until this turn of the loop is over.
  return { pid, startTime: processFacts(pid)?.startTime ?? 'ended' }
}

function processError(command: string, cwd: string, error: unknown): ProcessError {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const text = error instanceof Error ? error.message : String(error)
  const reasons: Record<string, string> = {
    ENOENT: `no such file or directory (command "${command}", working directory "${cwd}")`,
    EACCES: 'permission denied: not an executable file',
    E2BIG: 'the arguments and the environment are too long',
  }
  const why = reasons[code] ?? text
  return new ProcessError(`cannot start "${command}": ${why}`, { cause: error })
}

function isAlive({ pid, startTime }: ProcessIdentity): boolean {
  const facts = processFacts(pid)
  return facts !== undefined && !facts.zombie && facts.startTime === startTime
}

function kill({ pid, startTime }: ProcessIdentity, signal: string): void {
  const facts = processFacts(pid)
  // Another process has the number now. While only the group's leader is gone it cannot be reused.
  if (facts && facts.startTime !== startTime) return
  try {
    process.kill(-pid, signal as NodeJS.Signals)
  } catch (error) {
    const gone = error instanceof Error && 'code' in error && error.code === 'ESRCH'
    if (!gone) {
      const why = error instanceof Error ? error.message : String(error)
      throw new ProcessError(`cannot signal process ${pid}: ${why}`, { cause: error })
    }
  }
}

type ExecOptions = Parameters<Processes['exec']>[0]

async function exec(options: ExecOptions): Promise<ExecResult> {
  const [command = '', ...args] = options.command
  options.signal?.throwIfAborted()
  const child = spawn(command, args, {
    env: { ...options.env },
    cwd: options.cwd,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const chunks: Buffer[] = []
  let size = 0
  const collect = (chunk: Buffer) => {
    const room = options.maxOutputBytes - size
    if (room <= 0) return
    chunks.push(chunk.subarray(0, room))
    size += Math.min(room, chunk.length)
  }
  child.stdout.on('data', collect)
  child.stderr.on('data', collect)
  let timedOut = false
  const stop = () => {
    if (child.pid !== undefined) killGroup(child.pid)
    // A grandchild outside the group may hold the pipes open: nobody waits for it.
    child.stdout.destroy()
    child.stderr.destroy()
  }
  const timer = setTimeout(() => {
    timedOut = true
    stop()
  }, options.timeoutMs)
  options.signal?.addEventListener('abort', stop, { once: true })
  try {
    const exitCode = await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code, signal) => resolve(code ?? 128 + signalNumber(signal)))
    })
    options.signal?.throwIfAborted()
    return { exitCode, output: Buffer.concat(chunks).toString('utf8'), timedOut }
  } catch (error) {
    options.signal?.throwIfAborted()
    throw processError(command, options.cwd, error)
  } finally {
    clearTimeout(timer)
    options.signal?.removeEventListener('abort', stop)
  }
}

async function open(options: Parameters<Processes['open']>[0]): Promise<LiveProcess> {
  const [command = '', ...args] = options.command
  const child = spawn(command, args, {
    env: { ...options.env },
    cwd: options.cwd,
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const exitCode = new Promise<number>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? 128 + signalNumber(signal)))
  })
  try {
    await new Promise<void>((resolve, reject) => {
      child.once('error', reject)
      child.once('spawn', resolve)
    })
  } catch (error) {
    throw processError(command, options.cwd, error)
  }
  const { stdin, stdout, stderr, pid } = child
  // A command that does not read its input to the end breaks the pipe.
  stdin.on('error', () => undefined)
  return {
    write: (data) =>
      new Promise((resolve) => {
        stdin.write(data, () => resolve())
      }),
    endInput: () => stdin.end(),
    stdout,
    stderr,
    exitCode,
    kill() {
      if (pid !== undefined) killGroup(pid)
      for (const pipe of [stdin, stdout, stderr]) pipe.destroy()
    },
  }
}

const SIGNAL_NUMBERS: Readonly<Record<string, number>> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGPIPE: 13,
  SIGTERM: 15,
}

function signalNumber(signal: string | null): number {
  return SIGNAL_NUMBERS[signal ?? ''] ?? 0
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // Gone already.
  }
}

function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      clearTimeout(timer)
      reject(signal.reason)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', onAbort)
      resolve()
    }, ms)
    signal.addEventListener('abort', onAbort, { once: true })
  })
}
