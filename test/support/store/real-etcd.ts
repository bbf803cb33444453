import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assert } from '../../../src/base/index.ts'
import { findProgram } from '../peers.ts'

const START_MS_MAX = 15_000

export interface RealEtcd {
  readonly endpoint: string
  stop(): Promise<void>
}

export interface RealEtcdOptions {
  readonly flags?: readonly string[]
  /** Its data, which stays; default: a folder that goes with it. */
  readonly dataFolder?: string
  /** Its peer URL, where the data names it; default: a free port. */
  readonly peer?: string
}

/** Starts a group of one. The caller has checked that there is an etcd: `needProgram`. */
export async function startRealEtcd(options: RealEtcdOptions = {}): Promise<RealEtcd> {
  const program = findProgram('etcd')
  assert(program, 'there is an etcd')
  const folder = await mkdtemp(join(tmpdir(), 'etcd-twin-'))
  const client = `http://127.0.0.1:${await freePort()}`
  const peer = options.peer ?? `http://127.0.0.1:${await freePort()}`
  const args = ['--name=one', '--log-outputs=stderr']
  args.push(`--data-dir=${options.dataFolder ?? join(folder, 'data')}`)
  args.push(`--listen-client-urls=${client}`, `--advertise-client-urls=${client}`)
  args.push(`--listen-peer-urls=${peer}`, `--initial-advertise-peer-urls=${peer}`)
  args.push(`--initial-cluster=one=${peer}`, ...(options.flags ?? []))
  const child = spawn(program, args, { stdio: 'ignore' })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const stop = async () => {
    child.kill('SIGKILL')
    await exited
    await rm(folder, { recursive: true, force: true })
  }
  const endMs = Date.now() + START_MS_MAX
  while (!(await isHealthy(client))) {
    if (child.exitCode === null && Date.now() < endMs) continue
    await stop()
    throw new Error(`etcd did not start: exit code ${child.exitCode}`)
  }
  return { endpoint: client, stop }
}

async function isHealthy(endpoint: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/health`)
    return (await response.text()).includes('"true"')
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 20))
    return false
  }
}

/** Below those that systems give to outgoing connections (from 32768 on Linux). */
const PORT_MIN = 20_000
const PORTS = 12_000

/**
 * A port that nobody listens on, and that stays free while its member is down: any connection of
 * anybody may take one that the system chose.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORT_MIN + Math.floor(Math.random() * PORTS)
    if (!given.has(port) && (await isFree(port))) {
      given.add(port)
      return port
    }
  }
}

const given = new Set<number>()

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)))
  })
}
