import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** What a finished command said. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

const COMMAND_MS = 60_000

/** Runs a program to its end, whatever its exit code. */
export function run(
  program: string,
  args: readonly string[],
  options: { env?: NodeJS.ProcessEnv; input?: string; timeoutMs?: number } = {},
): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = execFile(
      program,
      args,
      {
        env: options.env ?? process.env,
        timeout: options.timeoutMs ?? COMMAND_MS,
        maxBuffer: 64 * 1024 * 1024,
      },
      (error, stdout, stderr) => {
        const code = error ? (typeof error.code === 'number' ? error.code : 124) : 0
        resolve({ code, stdout, stderr })
      },
    )
    // Not every program reads to the end, or at all.
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(options.input ?? '')
  })
}

/** The status document of `navarch status -o json`: names that scripts rely on. */
export interface ClusterStatus {
  readonly masters: readonly {
    readonly name: string
    readonly pid: number
    readonly state: string
    readonly raft: {
      readonly role: string
      readonly term: number
      readonly commitIndex: number
      readonly appliedIndex: number
    }
    readonly leads: {
      readonly store: boolean
      readonly controllers: boolean
      readonly scheduler: boolean
    }
    readonly api: { readonly endpoint: string; readonly healthy: boolean }
  }[]
  readonly nodes: readonly {
    readonly name: string
    readonly pid: number
    readonly ready: boolean
    readonly pods: number
  }[]
}

/** A real cluster of processes in a temporary folder, driven as a user would: by `bin/navarch`. */
export class TestCluster {
  readonly dataDir: string
  readonly #env: NodeJS.ProcessEnv

  private constructor(dataDir: string) {
    this.dataDir = dataDir
    this.#env = { ...process.env, KUBECONFIG: join(dataDir, 'kubeconfig') }
  }

  /** A data folder without a cluster. */
  static empty(): TestCluster {
    return new TestCluster(mkdtempSync(join(tmpdir(), 'navarch-e2e-')))
  }

  static async up(...args: string[]): Promise<TestCluster> {
    const cluster = TestCluster.empty()
    await cluster.expect('up', ...args)
    return cluster
  }

  get kubeconfig(): string {
    return join(this.dataDir, 'kubeconfig')
  }

  get env(): NodeJS.ProcessEnv {
    return this.#env
  }

  navarch(...args: string[]): Promise<Outcome> {
    const [command = '', ...rest] = args
    return run('bin/navarch', [command, ...rest, '--data-dir', this.dataDir], {
      env: this.#env,
      timeoutMs: 240_000,
    })
  }

  /** Standard output of a command that must succeed. */
  async expect(...args: string[]): Promise<string> {
    const outcome = await this.navarch(...args)
    if (outcome.code !== 0) throw new Error(failure(`navarch ${args.join(' ')}`, outcome))
    return outcome.stdout
  }

  async status(): Promise<ClusterStatus> {
    return JSON.parse(await this.expect('status', '-o', 'json'))
  }

  /** An environment in which etcdctl finds this cluster: what `navarch env` prints. */
  async etcdEnv(): Promise<NodeJS.ProcessEnv> {
    const env = { ...process.env }
    for (const line of (await this.expect('env')).split('\n')) {
      const [, name, value] = /^export ([A-Z_]+)=(.*)$/.exec(line) ?? []
      if (name && value) env[name] = value.replace(/^(['"])(.*)\1$/, '$2')
    }
    return env
  }

  /** Another program with the cluster's kubeconfig. */
  run(program: string, args: readonly string[], input?: string): Promise<Outcome> {
    return run(program, args, { env: this.#env, ...(input !== undefined && { input }) })
  }

  /** Stops and removes everything. */
  async destroy(): Promise<void> {
    if (existsSync(this.dataDir)) await this.navarch('down', '--purge')
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

/** One kubectl against one cluster. */
export class Kubectl {
  readonly #program: string
  readonly #cluster: TestCluster
  readonly #namespace: string

  constructor(program: string, cluster: TestCluster, namespace = 'default') {
    this.#program = program
    this.#cluster = cluster
    this.#namespace = namespace
  }

  try(args: string, input?: string): Promise<Outcome> {
    return this.tryArgs(args.split(' '), input)
  }

  tryArgs(args: readonly string[], input?: string): Promise<Outcome> {
    return this.#cluster.run(this.#program, ['-n', this.#namespace, ...args], input)
  }

  /** Standard output, trimmed; throws with everything that was said when the command fails. */
  async do(args: string, input?: string): Promise<string> {
    return this.doArgs(args.split(' '), input)
  }

  async doArgs(args: readonly string[], input?: string): Promise<string> {
    const outcome = await this.tryArgs(args, input)
    if (outcome.code !== 0) throw new Error(failure(`kubectl ${args.join(' ')}`, outcome))
    return outcome.stdout.trim()
  }

  /** Starts a command that goes on, such as `get -w` or `logs -f`. */
  start(args: string): { process: ChildProcess; output: () => string; stop: () => Promise<void> } {
    let text = ''
    const child = spawn(this.#program, ['-n', this.#namespace, ...args.split(' ')], {
      env: this.#cluster.env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stdout.on('data', (chunk) => (text += chunk))
    child.stderr.on('data', (chunk) => (text += chunk))
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    const stop = async () => {
      child.kill('SIGINT')
      await ended
    }
    return { process: child, output: () => text, stop }
  }
}

function failure(command: string, outcome: Outcome): string {
  return `${command}: exit code ${outcome.code}\n${outcome.stdout}\n${outcome.stderr}`
}

/** Resolves once `condition` gives something; says `what` was waited for when it never does. */
export async function eventually<T>(
  what: string,
  condition: () => Promise<T | undefined | false> | T | undefined | false,
  timeoutMs = 30_000,
): Promise<T> {
  const deadlineMs = Date.now() + timeoutMs
  for (;;) {
    const value = await condition()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadlineMs) throw new Error(`still waiting after ${timeoutMs} ms for: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}
