export interface SpawnOptions {
  readonly command: string
  readonly args: readonly string[]
  /** The whole environment: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
  /**
   * Files that standard output and error are appended to by a small shim of the platform; the
   * child outlives its parent, so output must not depend on the parent's pipes.
   */
  readonly stdoutPath: string
  readonly stderrPath: string
}

/** Identifies a process across restarts of its parent: a pid alone may be reused. */
export interface ProcessIdentity {
  readonly pid: number
  /** Opaque: the kernel's start time of the process. */
  readonly startTime: string
}

export type ProcessExit = { readonly code: number } | { readonly signal: string }

export interface ExecResult {
  readonly exitCode: number
  /** Standard output and error together, cut at the caller's bound. */
  readonly output: string
  readonly timedOut: boolean
}

/** A command that runs while somebody talks to it; it does not outlive its parent. */
export interface LiveProcess {
  /** Resolves when the bytes are taken; a command that reads no more is not an error. */
  write(data: Uint8Array): Promise<void>
  /** Ends its standard input. */
  endInput(): void
  readonly stdout: AsyncIterable<Uint8Array>
  readonly stderr: AsyncIterable<Uint8Array>
  /** Resolves with its exit code; 128 and the signal's number for one that was killed. */
  readonly exitCode: Promise<number>
  /** Kills its process group. */
  kill(): void
}

/** Child processes of the node agent. They are leaders of their own process group. */
export interface Processes {
  /** Starts a child that survives its parent. Throws `ProcessError` when it cannot be started. */
  spawn(options: SpawnOptions): Promise<ProcessIdentity>
  /** Whether that very process still runs (a zombie does not). */
  isAlive(process: ProcessIdentity): boolean
  /**
   * Resolves when the process is gone. The exit is undefined when it was started by an earlier
   * parent and its exit status could not be had.
   */
  waitForExit(
    process: ProcessIdentity,
    options: { signal: AbortSignal },
  ): Promise<ProcessExit | undefined>
  /** Signals the whole process group; a process that is gone is not an error. */
  kill(process: ProcessIdentity, signal: string): void
  /** Runs a command to its end, for exec probes and hooks. */
  exec(options: {
    command: readonly string[]
    env: Readonly<Record<string, string>>
    cwd: string
    timeoutMs: number
    maxOutputBytes: number
    signal?: AbortSignal
  }): Promise<ExecResult>
  /** Starts a command with its three streams open. Throws `ProcessError` when it cannot. */
  open(options: {
    command: readonly string[]
    env: Readonly<Record<string, string>>
    cwd: string
  }): Promise<LiveProcess>
}

export class ProcessError extends Error {
  override readonly name = 'ProcessError'
}

/** What a process says of itself. Undefined: the system does not tell. */
export interface ProcessStats {
  readonly cpuSeconds: number
  readonly residentBytes: number
  readonly virtualBytes: number | undefined
  readonly startSeconds: number
  readonly openFiles: number | undefined
  readonly openFilesMax: number | undefined
  /** Infinity: as much as it likes. */
  readonly virtualBytesMax: number | undefined
  /** Of all that the process's network has carried since the machine started. */
  readonly networkReceivedBytes: number | undefined
  readonly networkSentBytes: number | undefined
}
