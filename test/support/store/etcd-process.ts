import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { eventually, type Outcome, run } from '../navarch.ts'
import { freePort } from './real-etcd.ts'

const NAVARCH = resolve(import.meta.dirname, '../../../bin/navarch')

/** A member as a script for etcd would start it. */
export interface EtcdMember {
  readonly name: string
  readonly peer: string
  readonly client: string
  readonly child: ChildProcess
  /** What it wrote so far. */
  text: () => string
  exit: () => Promise<Ending>
}

/** Its exit code, or the signal that killed it. */
type Ending = number | NodeJS.Signals | null

/** A process of low priority on a loaded machine may wait minutes for the second that it needs. */
const READY_MS_MAX = 300_000
const CLOCK_TICKS = 100

/** Members started by `navarch etcd` (or another program that takes the same flags). */
export class EtcdProcesses {
  readonly members = new Map<string, EtcdMember>()
  readonly folder: string
  /** Where the members' folders are. */
  dataFolder: string
  /** Of all URLs. */
  scheme: 'http' | 'https' = 'http'
  readonly #command: readonly string[]
  readonly #ports = new Map<string, { peer: string; client: string }>()

  private constructor(folder: string, command: readonly string[]) {
    this.folder = folder
    this.dataFolder = folder
    this.#command = command
  }

  static async open(command: readonly string[] = [NAVARCH, 'etcd']): Promise<EtcdProcesses> {
    return new EtcdProcesses(await mkdtemp(join(tmpdir(), 'etcd-processes-')), command)
  }

  async urls(name: string): Promise<{ peer: string; client: string }> {
    const known = this.#ports.get(name)
    if (known) return known
    const url = async () => `${this.scheme}://127.0.0.1:${await freePort()}`
    const urls = { peer: await url(), client: await url() }
    this.#ports.set(name, urls)
    return urls
  }

  /** `name=url,…` of these members. */
  async initial(names: readonly string[]): Promise<string> {
    const all = await Promise.all(
      names.map(async (name) => `${name}=${(await this.urls(name)).peer}`),
    )
    return all.join(',')
  }

  async start(
    name: string,
    initialCluster: string,
    options: {
      flags?: readonly string[]
      state?: 'new' | 'existing'
      env?: NodeJS.ProcessEnv
    } = {},
  ): Promise<EtcdMember> {
    const { peer, client } = await this.urls(name)
    const [program = '', ...rest] = this.#command
    const child = spawn(
      program,
      [
        ...rest,
        `--name=${name}`,
        `--data-dir=${join(this.dataFolder, name)}`,
        ...`--listen-client-urls ${client} --advertise-client-urls ${client}`.split(' '),
        ...`--listen-peer-urls ${peer} --initial-advertise-peer-urls ${peer}`.split(' '),
        `--initial-cluster=${initialCluster}`,
        '--initial-cluster-token=test',
        `--initial-cluster-state=${options.state ?? 'new'}`,
        '--logger=zap',
        ...(options.flags ?? []),
      ],
      { stdio: ['ignore', 'ignore', 'pipe'], env: { ...process.env, ...options.env } },
    )
    let text = ''
    child.stderr?.on('data', (chunk) => (text += chunk))
    const exited = new Promise<Ending>((done) => {
      child.once('exit', (code, signal) => done(code ?? signal))
    })
    const member = { name, peer, client, child, text: () => text, exit: () => exited }
    this.members.set(name, member)
    return member
  }

  /** Until each says that it serves its clients. */
  async ready(...names: readonly string[]): Promise<void> {
    const isReady = (name: string) => {
      const member = this.members.get(name)
      if (member && endingOf(member) !== undefined) throw new Error(`${name} has ended`)
      return member?.text().includes('ready to serve client requests')
    }
    try {
      await eventually('members to be ready', () => names.every(isReady), READY_MS_MAX)
    } catch (cause) {
      const said = names.map((name) => {
        const member = this.members.get(name)
        const now = member && (endingOf(member) ?? `it still runs: ${processorTime(member)}`)
        return `${name} (${now}): ${member?.text().slice(-3000)}`
      })
      throw new Error(`members are not ready: ${said.join('\n')}`, { cause })
    }
  }

  etcdctl(args: string, names: readonly string[] = [...this.members.keys()]): Promise<Outcome> {
    const endpoints = names.flatMap((name) => this.members.get(name)?.client ?? [])
    const env = { ...process.env, ETCDCTL_API: '3', ETCDCTL_ENDPOINTS: endpoints.join(',') }
    return run('etcdctl', args.split(' '), { env })
  }

  /** What etcdctl says when it succeeds. */
  async out(args: string, names?: readonly string[]): Promise<string> {
    const { code, stdout, stderr } = await this.etcdctl(args, names)
    if (code !== 0) throw new Error(`etcdctl ${args}: ${stderr}`)
    return stdout.trim()
  }

  async stop(): Promise<void> {
    for (const { child, exit } of this.members.values()) {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await exit()
    }
  }

  async close(): Promise<void> {
    await this.stop()
    await rm(this.folder, { recursive: true, force: true })
  }
}

function endingOf({ child }: EtcdMember): Ending | undefined {
  return child.exitCode ?? child.signalCode ?? undefined
}

/** Tells one that got no processor from one that hangs. */
function processorTime({ child }: EtcdMember): string {
  try {
    const [, fields = ''] = readFileSync(`/proc/${child.pid}/stat`, 'utf8').split(') ')
    const [state, ...rest] = fields.split(' ')
    const ticks = Number(rest[10]) + Number(rest[11])
    return `state ${state}, ${ticks / CLOCK_TICKS} s of processor time`
  } catch {
    return 'nothing is known of it'
  }
}
