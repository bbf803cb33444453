import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { present } from '../../src/base/index.ts'
import { issueAuthority, issueLeaf, type KeyPair } from '../../src/platform/index.ts'
import { EtcdClient } from './client.ts'

/** A store to be measured: which program, with etcd's own flags. */
export interface Peer {
  readonly name: string
  readonly command: readonly string[]
}

const MEMBERS = 3
const READY_MS = 30_000
/** The kernel tells processor time in hundredths of a second. */
const MS_PER_TICK = 10

export interface ClusterOptions {
  /** Default: three. */
  readonly members?: number
  /** etcd's, without their dashes. */
  readonly flags?: Readonly<Record<string, string>>
}

interface Member {
  readonly name: string
  readonly clientUrl: string
  readonly peerUrl: string
  process: ChildProcess | undefined
}

/**
 * The members of one store on loopback, in a temporary folder. Members meet with TLS and
 * certificates; clients in plain text, as h2load has no certificate to show.
 */
export class Cluster {
  readonly peer: Peer
  readonly #folder: string
  readonly #authority: KeyPair
  readonly #pair: KeyPair
  readonly #members: Member[]
  readonly #flags: Readonly<Record<string, string>>

  private constructor(peer: Peer, members: Member[], { flags = {} }: ClusterOptions) {
    this.peer = peer
    this.#flags = flags
    this.#members = members
    this.#folder = join(tmpdir(), `navarch-bench-${process.pid}-${peer.name}`)
    const validity = { nowMs: Date.now() }
    this.#authority = issueAuthority({ commonName: 'bench' }, validity)
    this.#pair = issueLeaf(
      this.#authority,
      { commonName: 'root', ipAddresses: ['127.0.0.1'], usages: ['server', 'client'] },
      validity,
    )
  }

  static async start(peer: Peer, options: ClusterOptions = {}): Promise<Cluster> {
    const { members: count = MEMBERS } = options
    const ports = await freePorts(2 * count)
    const members = Array.from({ length: count }, (_, i) => ({
      name: `m${i + 1}`,
      clientUrl: `http://127.0.0.1:${ports[2 * i]}`,
      peerUrl: `https://127.0.0.1:${ports[2 * i + 1]}`,
      process: undefined,
    }))
    const cluster = new Cluster(peer, members, options)
    cluster.#prepareFolder()
    for (const member of members) cluster.#launch(member)
    await cluster.whenReady()
    return cluster
  }

  #prepareFolder(): void {
    rmSync(this.#folder, { recursive: true, force: true })
    mkdirSync(this.#folder, { recursive: true })
    writeFileSync(join(this.#folder, 'ca.crt'), this.#authority.certPem)
    writeFileSync(join(this.#folder, 'tls.crt'), this.#pair.certPem)
    writeFileSync(join(this.#folder, 'tls.key'), this.#pair.keyPem, { mode: 0o600 })
  }

  #launch(member: Member): void {
    const file = (name: string) => join(this.#folder, name)
    const flags: Record<string, string> = {
      name: member.name,
      'data-dir': file(`${member.name}.data`),
      'listen-client-urls': member.clientUrl,
      'advertise-client-urls': member.clientUrl,
      'listen-peer-urls': member.peerUrl,
      'initial-advertise-peer-urls': member.peerUrl,
      'initial-cluster': this.#members.map((m) => `${m.name}=${m.peerUrl}`).join(','),
      'peer-cert-file': file('tls.crt'),
      'peer-key-file': file('tls.key'),
      'peer-trusted-ca-file': file('ca.crt'),
      'peer-client-cert-auth': 'true',
      ...this.#flags,
    }
    const [program = '', ...first] = this.peer.command
    const args = [...first, ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)]
    const log = openSync(file(`${member.name}.log`), 'a')
    // A killed peer must not take the benchmark's terminal signals along.
    member.process = spawn(program, args, { stdio: ['ignore', log, log], detached: true })
  }

  /** A client of one member (default: all of them, failing over). */
  connect(memberIndex?: number): EtcdClient {
    const urls = this.#members.map((m) => m.clientUrl)
    const endpoints = memberIndex === undefined ? urls : [present(urls[memberIndex], 'member')]
    return new EtcdClient(endpoints)
  }

  urlOf(index: number): string {
    return present(this.#members[index], 'member').clientUrl
  }

  pidOf(index: number): number | undefined {
    return this.#members[index]?.process?.pid
  }

  /** The member that leads. */
  async leaderIndex(): Promise<number> {
    for (let index = 0; index < this.#members.length; index++) {
      const client = this.connect(index)
      const status = await client.status().catch(() => undefined)
      await client.close()
      if (status && status.leader !== 0n && status.leader === status.memberId) return index
    }
    throw new Error(`${this.peer.name}: nobody leads`)
  }

  /** Resolves once every running member answers a linearizable read. */
  async whenReady(): Promise<void> {
    const deadlineMs = Date.now() + READY_MS
    for (let index = 0; index < this.#members.length; index++) {
      if (!this.#members[index]?.process) continue
      const client = this.connect(index)
      while (
        !(await client.get('ready').then(
          () => true,
          () => false,
        ))
      ) {
        if (Date.now() > deadlineMs)
          throw new Error(`${this.peer.name} does not start:\n${this.logTail(index)}`)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
      await client.close()
    }
  }

  logTail(index: number): string {
    const path = join(this.#folder, `${this.#members[index]?.name}.log`)
    return readFileSync(path, 'utf8').split('\n').slice(-15).join('\n')
  }

  kill(index: number): void {
    const member = present(this.#members[index], 'member')
    member.process?.kill('SIGKILL')
    member.process = undefined
  }

  start(index: number): void {
    this.#launch(present(this.#members[index], 'member'))
  }

  /** Resident memory of each running member, in MiB. */
  memoryMib(): number[] {
    return this.#members.flatMap((member) => {
      if (!member.process?.pid) return []
      const status = readFileSync(`/proc/${member.process.pid}/status`, 'utf8')
      return [Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024]
    })
  }

  /** Processor time that the running members have taken so far, all together, in ms. */
  cpuMs(): number {
    let ticks = 0
    for (const member of this.#members) {
      if (!member.process?.pid) continue
      const [, fields = ''] = readFileSync(`/proc/${member.process.pid}/stat`, 'utf8').split(') ')
      // User and system time: the 14th and 15th field, of which the split takes two.
      const [user, system] = fields.split(' ').slice(11, 13)
      ticks += Number(user) + Number(system)
    }
    return ticks * MS_PER_TICK
  }

  async stop(): Promise<void> {
    const ended = this.#members.map(
      (member) =>
        new Promise<void>((resolve) => {
          if (!member.process || member.process.exitCode !== null) return resolve()
          member.process.once('exit', () => resolve())
          member.process.kill('SIGKILL')
        }),
    )
    await Promise.all(ended)
    rmSync(this.#folder, { recursive: true, force: true })
  }
}

/** Below the ports that the system gives to outgoing connections: a member comes back to its own. */
const PORT_MIN = 20_000
const PORT_SPAN = 9_000

async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = []
  for (let i = 0; ports.length < count && i < PORT_SPAN; i++) {
    const port = PORT_MIN + ((process.pid + i) % PORT_SPAN)
    if (await isFree(port)) ports.push(port)
  }
  return ports
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
